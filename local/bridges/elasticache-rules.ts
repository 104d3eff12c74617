/**
 * What ElastiCache Serverless refuses, as its documentation lists it (AmazonElastiCache/latest/dg: SupportedCommands and
 * RedisConfiguration, "Serverless caches"). The wording of the errors is ours; the documentation gives none.
 */

/** Commands refused with whatever follows them. */
const refusedCommands: ReadonlySet<string> = new Set(
  `bgrewriteaof bgsave commandlog config debug fcall fcall_ro function keys lastsave latency memory migrate monitor move
   object pfdebug pfselftest psubscribe psync punsubscribe replicaof save shutdown slaveof slowlog swapdb sync wait`.split(
    /\s+/,
  ),
)

/** Commands of which only these subcommands are refused. The documentation's `addslot` and `delslot` lack their s. */
const refusedSubcommands: Readonly<Record<string, ReadonlySet<string>>> = {
  acl: new Set(['deluser', 'load', 'log', 'save', 'setuser']),
  client: new Set('caching getredir id info kill list no-evict pause tracking trackinginfo unblock unpause'.split(' ')),
  cluster: new Set(
    `addslots addslotsrange bumpepoch count-failure-reports delslots delslotsrange failover flushslots forget links meet
     setslot`.split(/\s+/),
  ),
  pubsub: new Set(['numpat']),
  script: new Set(['kill']),
}

/** Every command line that is refused by its name, for documentation and tests: `config`, `client kill` … */
export const refusedNames: readonly string[] = [
  ...refusedCommands,
  ...Object.entries(refusedSubcommands).flatMap(([command, subs]) => [...subs].map((sub) => `${command} ${sub}`)),
]

/** The most arguments of one request, its name among them. */
export const mostArguments = 3_999
/** The largest Lua script, in bytes. */
export const largestScript = 4 << 20

/** One request as far as the rules look at it. */
export interface Request {
  /** How many arguments, the command's name among them. */
  readonly count: number
  /** The first three arguments at most. */
  readonly words: readonly Buffer[]
  /** Between MULTI and EXEC. */
  readonly inTransaction: boolean
}

/** Why the service refuses this request, in one sentence; undefined where it does not. */
export function refusal({ count, words, inTransaction }: Request): string | undefined {
  const command = wordAt(words, 0)
  const subcommand = wordAt(words, 1)
  if (count > mostArguments)
    return `a request of ${count} arguments, where ElastiCache Serverless takes ${mostArguments}`
  if (refusedCommands.has(command)) return `${command}, which ElastiCache Serverless does not offer`
  if (refusedSubcommands[command]?.has(subcommand)) {
    return `${command} ${subcommand}, which ElastiCache Serverless does not offer`
  }
  if (inTransaction && (command === 'flushall' || command === 'flushdb')) {
    return `${command} in a transaction, which ElastiCache Serverless does not allow`
  }
  const script = scriptIn(command, subcommand, words)
  if (script && script.length > largestScript) {
    return `a script of ${script.length} bytes, where ElastiCache Serverless takes ${largestScript}`
  }
  return undefined
}

/** Whether the service takes the request and does nothing: it keeps its script cache itself. */
export function isIgnored({ words }: Pick<Request, 'words'>): boolean {
  return wordAt(words, 0) === 'script' && wordAt(words, 1) === 'flush'
}

function scriptIn(command: string, subcommand: string, words: readonly Buffer[]): Buffer | undefined {
  if (command === 'eval' || command === 'eval_ro') return words[1]
  return command === 'script' && subcommand === 'load' ? words[2] : undefined
}

/** An argument as a lower-case word. Nothing as long as a script can be one. */
export function wordAt(words: readonly Buffer[], index: number): string {
  const word = words[index]
  return word && word.length <= 64 ? word.toString('latin1').toLowerCase() : ''
}
