import { spawnSync } from 'node:child_process'
import { CfnElement, Duration, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib'
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Runtime } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3'
import { BucketDeployment, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import { asBucket } from './seen-as.ts'
import { StageLogGroup } from './stage-log-group.ts'

export interface LivePageProps {
  readonly stage: StageConfig
  /** Serves /api/*, from the same origin as the page. */
  readonly apiHost: string
  /** Where the page logs its user in: https://… */
  readonly loginUrl: string
}

/** The live page: files in a bucket that only CloudFront reads, with the API beside them under /api. */
export class LivePage extends Construct {
  /** https://…/, with the slash. */
  readonly url: string
  private readonly bucket: IBucket
  private readonly distribution: Distribution
  private readonly stage: StageConfig

  constructor(scope: Construct, id: string, { stage, apiHost, loginUrl }: LivePageProps) {
    super(scope, id)
    this.stage = stage
    const files = new Bucket(this, 'Files', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // The page is built anew at each deployment.
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    })
    this.bucket = asBucket(files)
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Lodestream ${stage.name}`,
      defaultRootObject: 'index.html',
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: this.securityHeaders(loginUrl),
        compress: true,
      },
      additionalBehaviors: {
        '/api/*': {
          origin: new HttpOrigin(apiHost, { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        },
      },
    })
    this.url = `https://${this.distribution.distributionDomainName}/`
    this.answerFindings()
  }

  /** Puts the built page into the bucket, and beside it what it has to know of this deployment. */
  publish(config: Readonly<Record<string, unknown>>): void {
    new BucketDeployment(this, 'Publish', {
      sources: [builtPage(), Source.jsonData('config.json', config)],
      destinationBucket: this.bucket,
      distribution: this.distribution,
      memoryLimit: 256,
      logGroup: new StageLogGroup(this, 'PublishLogs', {
        stage: this.stage,
        name: `/lodestream/${this.stage.name}/publish-page`,
      }),
    })
    this.answerForPublisher()
  }

  private securityHeaders(loginUrl: string): ResponseHeadersPolicy {
    const contentSecurityPolicy = [
      "default-src 'self'",
      `connect-src 'self' ${loginUrl}`,
      "img-src 'self' data:",
      "style-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; ')
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: `Lodestream ${this.stage.name}`,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
    })
  }

  /** The function that copies the files belongs to the stack, and is the CDK's own. */
  private answerForPublisher(): void {
    const stack = Stack.of(this)
    const publisher = stack.node.children.find(({ node }) => node.id.startsWith(PUBLISHER))
    if (publisher === undefined) throw new Error(`The CDK has renamed ${PUBLISHER}: find out what publishes the page.`)
    const files = this.bucket.node.defaultChild
    const { account, region } = stack
    const named = (pseudo: string, value: string) => (Token.isUnresolved(value) ? `<AWS::${pseudo}>` : value)
    const filesId = CfnElement.isCfnElement(files) ? stack.getLogicalId(files) : ''
    const wildcards = [
      'Action::s3:Abort*',
      'Action::s3:DeleteObject*',
      'Action::s3:GetBucket*',
      'Action::s3:GetObject*',
      'Action::s3:List*',
      `Resource::<${filesId}.Arn>/*`,
      `Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-${named('AccountId', account)}-${named('Region', region)}/*`,
      // CloudFront's invalidations.
      'Resource::*',
    ]
    Validations.of(publisher).acknowledge(
      { id: 'AwsSolutions-L1', reason: "The runtime of the CDK's own function comes with the CDK's version." },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: "The CDK's own function writes its log by it.",
      },
      ...wildcards.map((wildcard) => ({
        id: `AwsSolutions-IAM5[${wildcard}]`,
        reason: "The CDK's own function copies the page, whose files it cannot name, from one bucket to another.",
      })),
    )
  }

  private answerFindings(): void {
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions-S1', reason: 'The page is public text; who asked the API for data is in its access logs.' },
      { id: 'AwsSolutions-CFR1', reason: 'The desk travels: no country is locked out.' },
      { id: 'AwsSolutions-CFR2', reason: 'The page is public text; the API behind it has a firewall of its own.' },
      { id: 'AwsSolutions-CFR3', reason: 'The page is public text; who asked the API for data is in its access logs.' },
      {
        id: 'AwsSolutions-CFR4',
        reason: "CloudFront's own domain comes with its own certificate, whose oldest TLS cannot be chosen.",
      },
    )
  }
}

/** What {@link BucketDeployment}'s function may do is the CDK's choice: the files of two buckets, and invalidations. */
const PUBLISHER = 'Custom::CDKBucketDeployment'

/** The page, built by its own script. */
function builtPage(): ISource {
  return Source.asset('dashboards/live', {
    bundling: {
      // Never used: the build below needs no container, and where it fails the deployment does.
      image: Runtime.NODEJS_24_X.bundlingImage,
      local: {
        tryBundle(outputDir: string): boolean {
          const { status } = spawnSync(process.execPath, ['dashboards/live/build.ts', outputDir], { stdio: 'inherit' })
          if (status !== 0) throw new Error(`dashboards/live/build.ts failed with exit code ${status}.`)
          return true
        },
      },
    },
  })
}
