import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib'
import { CfnJob, CfnSecurityConfiguration } from 'aws-cdk-lib/aws-glue'
import { Grant, type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import { grantWide } from './wide-rights.ts'

export interface SparkJobProps {
  readonly stage: StageConfig
  /** The job is named `lodestream-<stage>-<name>`. */
  readonly name: string
  readonly description: string
  /** The Python file that it runs, from the root of the repository. */
  readonly script: string
  /** Below which its Iceberg tables stand that are given no place: s3://…/ */
  readonly warehouse: string
  /** @default Glue's and S3's own keys, where the stage has none of ours */
  readonly key?: IKey | undefined
  /** Most runs at once: a run more is refused. */
  readonly concurrency: number
  /** @default Duration.hours(1) */
  readonly timeout?: Duration
}

/** How Spark finds the catalogue; locally the bridge says where its servers are. */
const icebergConf = (warehouse: string): string =>
  [
    'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
    'spark.sql.catalog.glue_catalog=org.apache.iceberg.spark.SparkCatalog',
    'spark.sql.catalog.glue_catalog.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog',
    'spark.sql.catalog.glue_catalog.io-impl=org.apache.iceberg.aws.s3.S3FileIO',
    `spark.sql.catalog.glue_catalog.warehouse=${warehouse}`,
    'spark.sql.session.timeZone=UTC',
  ].join(' --conf ')

/** A PySpark job on Glue that writes Iceberg tables. */
export class SparkJob extends Construct implements IGrantable {
  readonly jobName: string
  readonly grantPrincipal: IPrincipal

  constructor(scope: Construct, id: string, props: SparkJobProps) {
    super(scope, id)
    const { stage, key } = props
    this.jobName = `lodestream-${stage.name}-${props.name}`
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('glue.amazonaws.com') })
    this.grantPrincipal = role
    const script = new Asset(this, 'Script', { path: props.script })
    this.grantScript(script)
    const security = this.addSecurity(key)
    this.grantLogs(key)
    new CfnJob(this, 'Job', {
      name: this.jobName,
      description: props.description,
      role: role.roleArn,
      glueVersion: '5.1',
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: script.s3ObjectUrl },
      workerType: 'G.1X',
      numberOfWorkers: stage.lake.workers,
      executionProperty: { maxConcurrentRuns: props.concurrency },
      // A run is built anew by the state machine, never by Glue behind its back.
      maxRetries: 0,
      timeout: (props.timeout ?? Duration.hours(1)).toMinutes(),
      defaultArguments: {
        '--datalake-formats': 'iceberg',
        '--conf': icebergConf(props.warehouse),
        '--enable-metrics': 'true',
        '--job-bookmark-option': 'job-bookmark-disable',
      },
      ...(security && { securityConfiguration: security }),
    }).node.addDependency(role)
  }

  /** Lets somebody start runs, wait for them, and stop them. */
  grantRun(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'],
      resourceArns: [Stack.of(this).formatArn({ service: 'glue', resource: 'job', resourceName: this.jobName })],
    })
  }

  private grantScript(script: Asset): void {
    Grant.addToPrincipal({
      grantee: this,
      actions: ['s3:GetObject'],
      resourceArns: [`${script.bucket.bucketArn}/${script.s3ObjectKey}`],
    })
  }

  /** What it logs, remembers and leaves on disk, encrypted by a key of ours. */
  private addSecurity(key: IKey | undefined): string | undefined {
    if (!key) {
      Validations.of(this).acknowledge(
        { id: 'AwsSolutions-GL1', reason: 'This stage has no keys of its own, and its log stays on the machine.' },
        { id: 'AwsSolutions-GL3', reason: 'It keeps no bookmark: each run names its day.' },
      )
      return undefined
    }
    Grant.addToPrincipal({
      grantee: this,
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resourceArns: [key.keyArn],
    })
    return new CfnSecurityConfiguration(this, 'Security', {
      name: this.jobName,
      encryptionConfiguration: {
        cloudWatchEncryption: { cloudWatchEncryptionMode: 'SSE-KMS', kmsKeyArn: key.keyArn },
        jobBookmarksEncryption: { jobBookmarksEncryptionMode: 'CSE-KMS', kmsKeyArn: key.keyArn },
        s3Encryptions: [{ s3EncryptionMode: 'SSE-KMS', kmsKeyArn: key.keyArn }],
      },
    }).ref
  }

  private grantLogs(key: IKey | undefined): void {
    grantWide(
      this,
      [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        // With a key of ours, Glue ties its log groups to it.
        ...(key ? ['logs:AssociateKmsKey'] : []),
      ],
      [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: '/aws-glue/*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      'Glue names its log groups by the run and the security configuration.',
    )
  }
}
