import { Option } from 'commander'
import { type AwsConnection, refusalOfAws } from '#adapters/aws/connection.ts'
import { endpoints } from '#local/state.ts'

/** `--stage`: which platform is asked. */
export const stageOption = (): Option =>
  new Option('--stage <stage>', 'where').choices(['local', 'dev', 'staging', 'prod']).default('local')

/** LocalStack's address for stage local; for the others what the environment says, if it says anything. */
export function connectionOf(stage: string): AwsConnection {
  const endpoint = process.env.AWS_ENDPOINT_URL ?? (stage === 'local' ? endpoints().aws : undefined)
  return endpoint === undefined ? {} : { endpoint }
}

/** Asks AWS; where it cannot be asked, the error is a sentence. @param asked names what is asked for: 'the runs' */
export async function asking<T>(asked: string, connection: AwsConnection, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw refusalOfAws(error, asked, connection) ?? error
  }
}

/** What stacks call things in a stage. */
export const namesIn = (stage: string) => ({
  refresh: `lodestream-${stage}-refresh`,
  tableRefresh: `lodestream-${stage}-table-refresh`,
  queries: `lodestream-${stage}-analysts`,
  landing: `lodestream-${stage}-lake-landing`,
  silverJob: `lodestream-${stage}-silver`,
  ingest: `lodestream-${stage}-ingest`,
  registry: `lodestream-${stage}`,
})
