import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs'
import type { IConstruct } from 'constructs'

// Under exactOptionalPropertyTypes the CDK's own classes do not fit its own interfaces: where the interface says that a
// property may be absent, the class has it and says undefined. Nothing tells the two apart by reading it.

/** A VPC as whoever uses it sees it. */
export const asVpc = (vpc: Vpc): IVpc => seenAs(vpc, (construct): construct is IVpc => construct instanceof Vpc)

/** A bucket as whoever uses it sees it. */
export const asBucket = (bucket: Bucket): IBucket =>
  seenAs(bucket, (construct): construct is IBucket => construct instanceof Bucket)

/** A queue as whoever uses it sees it. */
export const asQueue = (queue: Queue): IQueue =>
  seenAs(queue, (construct): construct is IQueue => construct instanceof Queue)

/** A secret as whoever uses it sees it. */
export const asSecret = (secret: Secret): ISecret =>
  seenAs(secret, (construct): construct is ISecret => construct instanceof Secret)

function seenAs<T extends IConstruct>(construct: IConstruct, is: (construct: IConstruct) => construct is T): T {
  if (is(construct)) return construct
  throw new TypeError(`${construct.node.path} is not what it was made as.`)
}
