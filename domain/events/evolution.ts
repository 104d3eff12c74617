import { contractChanges } from './contract-changes.ts'
import { type Change, fieldChanges } from './field-changes.ts'
import type { Contract } from './to-contract.ts'

/**
 * What a change of a contract means for those who read and write its events. Readers and writers of any two versions run
 * side by side, and bronze keeps every version for ever, so a change is compatible only where each version can read what
 * each other one wrote: that is a new optional field. Documentation is no part of what is judged.
 */
export type Verdict =
  | { readonly verdict: 'same' }
  /** What has changed, a sentence each. */
  | { readonly verdict: 'compatible'; readonly changes: readonly string[] }
  /** What breaks for whom, a sentence each. */
  | { readonly verdict: 'incompatible'; readonly breaks: readonly string[] }

/** What to do in place of an incompatible change. */
const INSTEAD =
  'Leave it as it landed, and add an optional field beside it (old and new are filled until nobody reads the old one), or define a new event.'

/** Judges a contract against the one that landed last. Its version has to rise by one with a change, and not without. */
export function judge(landed: Contract, now: Contract): Verdict {
  const changes = [...contractChanges(landed, now), ...fieldChanges(landed, now)]
  const broken = changes.filter((change) => change.breaks).map(({ says }) => says)
  if (broken.length > 0) return { verdict: 'incompatible', breaks: [...broken, INSTEAD] }
  const wrong = versionFault(landed, now, changes)
  if (wrong !== undefined) return { verdict: 'incompatible', breaks: [wrong] }
  return changes.length === 0
    ? { verdict: 'same' }
    : { verdict: 'compatible', changes: changes.map(({ says }) => says) }
}

function versionFault(landed: Contract, now: Contract, changes: readonly Change[]): string | undefined {
  const { event, version } = now
  const due = changes.length === 0 ? landed.version : landed.version + 1
  if (version === due) return undefined
  if (changes.length === 0)
    return `${event} says version ${version}, and nothing has changed since version ${landed.version}: an operator would look for a difference that is none. Set it back to ${due}.`
  return `${event} has changed since version ${landed.version} and says version ${version}: bronze's schema_version could not tell the rows apart. ${changes.map(({ says }) => says).join(' ')} Set its version to ${due}.`
}

/**
 * Everything that the contracts of today break of those that landed, a sentence each; none where nothing is broken.
 * @param landed by event, as glue/contracts has them @param now by event, of each event that lands
 */
export function brokenBy(landed: ReadonlyMap<string, Contract>, now: ReadonlyMap<string, Contract>): readonly string[] {
  return [...landed].flatMap(([event, before]) => {
    const contract = now.get(event)
    if (contract === undefined)
      return [
        `${event} has landed and is no contract any more: the hot path and landing would put each one that producers still send into quarantine, and no day of analysts' silver.${before.table} could be built again.`,
        'Keep the contract for as long as its bronze is kept.',
      ]
    const verdict = judge(before, contract)
    return verdict.verdict === 'incompatible' ? verdict.breaks : []
  })
}
