import {
  AccountRecovery,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import { PlatformStack } from './platform-stack.ts'

export interface AccessStackProps {
  readonly stage: StageConfig
}

/** Who may look: the users, whom nobody can make again. They are invited by an administrator; nobody signs up. */
export class AccessStack extends PlatformStack {
  readonly users: UserPool
  readonly login: UserPoolDomain

  constructor(scope: Construct, id: string, { stage }: AccessStackProps) {
    super(scope, id, { stage, description: 'the users', kept: true })
    this.users = new UserPool(this, 'Users', {
      userPoolName: `lodestream-${stage.name}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: !stage.mayDeleteData,
      removalPolicy: stage.dataRemovalPolicy,
    })
    this.login = this.users.addDomain('Login', {
      // One name for all accounts of the world, so it carries the account.
      cognitoDomain: { domainPrefix: `lodestream-${stage.name}-${this.account}` },
      managedLoginVersion: ManagedLoginVersion.CLASSIC_HOSTED_UI,
    })
  }
}
