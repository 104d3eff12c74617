import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { stageOf } from './synthesised.ts'

const onAws = ['dev', 'staging', 'prod'] as const

describe.each(onAws)('the API of stage %s', (name) => {
  it('admits nobody without credentials: every method asks the authorizer', () => {
    const methods = stageOf(name).all('AWS::ApiGateway::Method')
    // The root, everything below it, and events.
    expect(methods).toHaveLength(3)
    for (const { Properties } of methods) {
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: expect.anything() } })
    }
  })

  it('asks for a bearer token of the user pool', () => {
    stageOf(name).stack('Serving').hasResourceProperties('AWS::ApiGateway::Authorizer', {
      IdentitySource: 'method.request.header.Authorization',
      Type: 'TOKEN',
    })
    stageOf(name)
      .stack('Serving')
      .hasResourceProperties('AWS::Lambda::Function', {
        FunctionName: `lodestream-${name}-authorizer`,
        Environment: { Variables: Match.objectLike({ CLIENT_ID: Match.anyValue(), USER_POOL_ID: Match.anyValue() }) },
        VpcConfig: Match.absent(),
      })
  })

  it('limits requests, and logs who asked', () => {
    stageOf(name)
      .stack('Serving')
      .hasResourceProperties('AWS::ApiGateway::Stage', {
        AccessLogSetting: { DestinationArn: Match.anyValue(), Format: Match.anyValue() },
        MethodSettings: [
          Match.objectLike({ ThrottlingBurstLimit: Match.anyValue(), ThrottlingRateLimit: Match.anyValue() }),
        ],
        StageName: 'api',
      })
  })
})

describe.each(onAws)('the page of stage %s', (name) => {
  const serving = () => stageOf(name).stack('Serving')

  it('lies in a bucket that only CloudFront reads', () => {
    for (const { Properties } of stageOf(name).all('AWS::S3::Bucket')) {
      expect(Properties).toMatchObject({
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      })
    }
    serving().hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: Match.objectLike({ SigningBehavior: 'always' }),
    })
  })

  it('has the API beside it, uncached, and nothing in clear text', () => {
    serving().hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        CacheBehaviors: [
          Match.objectLike({
            // AWS's policy "CachingDisabled".
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            PathPattern: '/api/*',
            ViewerProtocolPolicy: 'https-only',
          }),
        ],
        DefaultCacheBehavior: Match.objectLike({
          ResponseHeadersPolicyId: Match.anyValue(),
          ViewerProtocolPolicy: 'redirect-to-https',
        }),
      }),
    })
  })

  it('logs in by code with PKCE: a client without a secret, and users whom nobody but an administrator makes', () => {
    serving().hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      GenerateSecret: false,
    })
    stageOf(name)
      .stack('Access')
      .hasResourceProperties('AWS::Cognito::UserPool', {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
      })
  })

  it.each(['ApiUrl', 'PageUrl', 'UserPoolId', 'ClientId', 'LoginDomain'])('is announced: %s', (output) => {
    expect(Object.keys(serving().findOutputs(output))).toEqual([output])
  })
})

describe('stage local', () => {
  const pretended = [
    'AWS::ApiGateway::Account',
    'AWS::CloudFront::Distribution',
    'AWS::Cognito::UserPool',
    'AWS::EC2::FlowLog',
    'AWS::EC2::SecurityGroupEgress',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::Logs::MetricFilter',
    'AWS::WAFv2::WebACL',
    'AWS::CloudFormation::CustomResource',
    'Custom::AWS',
    'Custom::CDKBucketDeployment',
  ]
  it.each(pretended)('has no %s, which LocalStack would not create', (type) => {
    expect(stageOf('local').all(type)).toEqual([])
  })

  it('announces its API', () => {
    expect(Object.keys(stageOf('local').stack('Serving').findOutputs('ApiUrl'))).toEqual(['ApiUrl'])
  })
})
