"""The types that a deployment may name and that have no effect here. Reviewed: each says why nothing is lost.

A type that is neither here, nor provided by us, nor really created by LocalStack fails the deployment. Today everything
that stage local names is really created.
"""

ACCEPTED: dict[str, str] = {}
"""Reason by CloudFormation type."""
