import { z } from 'zod'

const queryId = z.string().min(1).max(128)
const workgroupName = z.string().regex(/^[a-zA-Z0-9._-]{1,128}$/)
const nextToken = z.string().min(1).max(1024).optional()

const ResultConfiguration = z.looseObject({ OutputLocation: z.string().optional() })

/** Athena refuses a limit below 10 MB. */
export const smallestCutoff = 10_000_000

const EngineVersion = z.looseObject({ SelectedEngineVersion: z.string().optional() })

export const WorkGroupConfiguration = z.looseObject({
  ResultConfiguration: ResultConfiguration.optional(),
  EnforceWorkGroupConfiguration: z.boolean().optional(),
  PublishCloudWatchMetricsEnabled: z.boolean().optional(),
  RequesterPaysEnabled: z.boolean().optional(),
  BytesScannedCutoffPerQuery: z.number().int().optional(),
  EngineVersion: EngineVersion.optional(),
})

const ConfigurationUpdates = WorkGroupConfiguration.omit({ ResultConfiguration: true }).extend({
  ResultConfigurationUpdates: ResultConfiguration.extend({ RemoveOutputLocation: z.boolean().optional() }).optional(),
  RemoveBytesScannedCutoffPerQuery: z.boolean().optional(),
})

/** What each operation is asked with. */
export const requests = {
  StartQueryExecution: z.object({
    QueryString: z.string(),
    ClientRequestToken: z.string().min(32).max(128).optional(),
    QueryExecutionContext: z
      .object({ Database: z.string().min(1).max(255).optional(), Catalog: z.string().min(1).max(256).optional() })
      .optional(),
    ResultConfiguration: ResultConfiguration.optional(),
    WorkGroup: workgroupName.optional(),
    ExecutionParameters: z.array(z.string().min(1).max(1024)).min(1).optional(),
    ResultReuseConfiguration: z
      .object({
        ResultReuseByAgeConfiguration: z
          .object({ Enabled: z.boolean(), MaxAgeInMinutes: z.number().int().min(0).max(10_080).default(60) })
          .optional(),
      })
      .optional(),
  }),
  GetQueryExecution: z.object({ QueryExecutionId: queryId }),
  BatchGetQueryExecution: z.object({ QueryExecutionIds: z.array(queryId).min(1).max(50) }),
  GetQueryResults: z.object({
    QueryExecutionId: queryId,
    NextToken: nextToken,
    MaxResults: z.number().int().min(1).max(1000).default(1000),
    QueryResultType: z.literal('DATA_ROWS').optional(),
  }),
  GetQueryRuntimeStatistics: z.object({ QueryExecutionId: queryId }),
  StopQueryExecution: z.object({ QueryExecutionId: queryId }),
  ListQueryExecutions: z.object({
    WorkGroup: workgroupName.default('primary'),
    MaxResults: z.number().int().min(0).max(50).default(50),
    NextToken: nextToken,
  }),
  CreateWorkGroup: z.object({
    Name: workgroupName,
    Description: z.string().max(1024).optional(),
    Configuration: WorkGroupConfiguration.optional(),
    Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
  }),
  GetWorkGroup: z.object({ WorkGroup: workgroupName }),
  UpdateWorkGroup: z.object({
    WorkGroup: workgroupName,
    Description: z.string().max(1024).optional(),
    State: z.enum(['ENABLED', 'DISABLED']).optional(),
    ConfigurationUpdates: ConfigurationUpdates.optional(),
  }),
  DeleteWorkGroup: z.object({ WorkGroup: workgroupName, RecursiveDeleteOption: z.boolean().optional() }),
  ListWorkGroups: z.object({ MaxResults: z.number().int().min(1).max(50).default(50), NextToken: nextToken }),
} as const

/** Athena's operations that this bridge answers. */
export type Operation = keyof typeof requests
/** An operation's request, checked. */
export type Request<Name extends Operation> = z.infer<(typeof requests)[Name]>
