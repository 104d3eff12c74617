"""The types that a deployment may name and that have no effect here. Reviewed: each says why nothing is lost.

A type that is neither here, nor provided by us, nor really created by LocalStack fails the deployment.
"""

ACCEPTED: dict[str, str] = {
    "AWS::MSK::ClusterPolicy": "the local broker knows no principals; who may read and write is checked by the CDK tests",
}
