import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { customerKey } from '../constructs/customer-key.ts'
import type { StageConfig } from '../stage.ts'
import { PlatformStack } from './platform-stack.ts'

export interface MonitoringStackProps {
  readonly stage: StageConfig
  readonly watch: readonly Watched[]
  /** Who is told. @default nobody until somebody subscribes to the topic */
  readonly alarmEmail?: string | undefined
}

/** Tells somebody what a user loses and what to do, and nothing else. */
export class MonitoringStack extends PlatformStack {
  constructor(scope: Construct, id: string, { stage, watch, alarmEmail }: MonitoringStackProps) {
    super(scope, id, { stage, description: 'alarms' })
    const key = customerKey(this, { stage, purpose: 'alarms' })
    key?.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'))
    const topic = new Topic(this, 'Alarms', {
      topicName: `lodestream-${stage.name}-alarms`,
      enforceSSL: true,
      ...(key && { masterKey: key }),
    })
    if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail))
    const action = new SnsAction(topic)
    for (const spec of watch.flatMap(({ alarms }) => alarms)) {
      const alarm = this.addAlarm(stage, spec)
      alarm.addAlarmAction(action)
      alarm.addOkAction(action)
    }
  }

  private addAlarm(stage: StageConfig, { name, impact, runbook, metric, threshold, ...rest }: AlarmSpec): Alarm {
    const periods = rest.periods ?? 1
    return new Alarm(this, name, {
      alarmName: `lodestream-${stage.name}-${name}`,
      alarmDescription: `${impact} What to do: docs/runbooks/${runbook}.md`,
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      comparisonOperator: rest.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: rest.missing ?? TreatMissingData.NOT_BREACHING,
    })
  }
}
