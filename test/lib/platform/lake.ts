import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { events } from '#domain/events/events.ts'
import type { BronzeRow, QuarantineRow } from '#domain/lake/rows.ts'
import { stageNames } from '#lib/stage.ts'
import { type Resource, stageOf } from './synthesised.ts'

type StageName = (typeof stageNames)[number]
const bucketsOf = (name: StageName) =>
  Object.values(stageOf(name).stack('Lake').findResources('AWS::S3::Bucket')) as Resource[]

interface Table {
  readonly Name: string
  readonly Parameters: Readonly<Record<string, string>>
  readonly PartitionKeys: readonly { readonly Name: string }[]
  readonly StorageDescriptor: { readonly Columns: readonly { readonly Name: string; readonly Type: string }[] }
}
const tableOf = (name: StageName, table: string): Table => {
  const found = stageOf(name)
    .all('AWS::Glue::Table')
    .map(({ Properties }) => Properties?.TableInput as Table)
    .find(({ Name }) => Name === table)
  if (found === undefined) throw new Error(`Stage ${name} has no table ${table}.`)
  return found
}

describe.each(stageNames)('the buckets of stage %s', (name) => {
  it('are private, encrypted, and give up unfinished uploads', () => {
    expect(bucketsOf(name)).toHaveLength(2)
    for (const { Properties } of bucketsOf(name)) {
      expect(Properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: name === 'local' ? 'AES256' : 'aws:kms' } },
          ],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
          ]),
        },
      })
    }
  })

  it('are reached over TLS 1.2 alone', () => {
    const policies = Object.values(stageOf(name).stack('Lake').findResources('AWS::S3::BucketPolicy'))
    expect(policies).toHaveLength(2)
    for (const { Properties } of policies) {
      const { Statement } = Properties.PolicyDocument as { Statement: readonly object[] }
      for (const condition of [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]) {
        expect(Statement).toContainEqual(
          expect.objectContaining({ Effect: 'Deny', Action: 's3:*', Condition: condition }),
        )
      }
    }
  })
})

describe('what is kept how long', () => {
  it('is: what Firehose gave up for thirty days, candidates for three, results for seven, and everything else for ever', () => {
    const [lake, scratch] = bucketsOf('prod').map(({ Properties }) => {
      const {
        LifecycleConfiguration: { Rules },
      } = Properties as {
        LifecycleConfiguration: { Rules: readonly { Prefix?: string; ExpirationInDays?: number }[] }
      }
      return Rules.flatMap(({ Prefix, ExpirationInDays }) => (ExpirationInDays ? [[Prefix, ExpirationInDays]] : []))
    })
    expect(lake).toEqual([['errors/', 30]])
    expect(scratch).toEqual([
      ['candidates/', 3],
      ['athena-results/', 7],
    ])
  })

  it('is: what was overwritten or deleted in the lake for thirty days, where its data is kept', () => {
    stageOf('prod')
      .stack('Lake')
      .hasResourceProperties('AWS::S3::Bucket', {
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } })]),
        },
      })
  })
})

describe('the tables that Firehose fills', () => {
  const bronze: Record<keyof BronzeRow, true> = {
    event_id: true,
    occurred_at: true,
    received_at: true,
    appended_at: true,
    topic: true,
    partition: true,
    offset: true,
    schema_version: true,
    payload: true,
    payload_pointer: true,
    ingest_date: true,
    event_type: true,
  }
  const quarantine: Record<keyof QuarantineRow, true> = {
    quarantined_at: true,
    appended_at: true,
    topic: true,
    partition: true,
    offset: true,
    stage: true,
    code: true,
    reason: true,
    value: true,
    value_pointer: true,
    ingest_date: true,
  }

  it.each([
    ['events', bronze],
    ['quarantine', quarantine],
  ])('%s have a column or a partition for each member of what lands, and never both', (name, row) => {
    const { StorageDescriptor, PartitionKeys } = tableOf('prod', name)
    const names = [...StorageDescriptor.Columns, ...PartitionKeys].map(({ Name }) => Name)
    expect(names.toSorted()).toEqual(Object.keys(row).toSorted())
  })

  it('know each event, so that none of its rows is hidden by projection', () => {
    expect(tableOf('prod', 'events').Parameters['projection.event_type.values']).toBe(
      events.map(({ name }) => name).join(','),
    )
  })
})
