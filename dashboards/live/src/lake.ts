import { ago } from './ago.ts'
import type { LakeFreshness, LakeTable, Quarantine, QuarantineReason, Run, Runs } from './answers.ts'
import type { GetJson } from './api.ts'
import { byId, cell, rowHead, setText, syncRows } from './elements.ts'
import { timeOfDay, whole } from './number-text.ts'

/** Days and runs of each table that are asked for. */
const RUNS = '/runs?limit=5&days=7'
const DAY_MS = 24 * 60 * 60_000
/** A first question to the lake takes seconds, and more of them while the machine is busy. */
const PATIENCE_MS = 20_000

const TONES = { published: 'up', unchanged: 'flat', failed: 'down' } as const

/** What the lake's refreshes published, how fresh its tables are, and what waits in quarantine. */
export class Lake {
  readonly #get: GetJson
  readonly #state = byId('lake-state', HTMLElement)
  readonly #tables = listIn('tables')
  readonly #runs = listIn('runs')
  readonly #quarantine = listIn('quarantine')
  #readAt: string | undefined

  constructor(get: GetJson) {
    this.#get = get
  }

  /** Asks for the three parts and shows each as it comes. @throws the first reason why one did not */
  async refresh(): Promise<void> {
    const outcomes = await Promise.allSettled([
      this.#get<LakeFreshness>('/lake/freshness', PATIENCE_MS).then((answer) => this.#showTables(answer?.tables ?? [])),
      this.#get<Runs>(RUNS, PATIENCE_MS).then((answer) => {
        this.#readAt = answer?.read_at
        this.#showRuns(answer?.runs ?? [])
      }),
      this.#get<Quarantine>('/quarantine', PATIENCE_MS).then((answer) => this.#showQuarantine(answer?.reasons ?? [])),
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  back(): void {
    setText(this.#state, this.#readAt === undefined ? '' : `as of ${timeOfDay(this.#readAt)} UTC`)
    this.#state.classList.remove('warned')
  }

  /** The lake is away, or still starting: what is shown stays. */
  away(reason: string): void {
    const shown = this.#readAt === undefined ? '' : ` What is shown is as of ${timeOfDay(this.#readAt)} UTC.`
    setText(this.#state, `${reason}${shown}`)
    this.#state.classList.toggle('warned', this.#readAt !== undefined)
  }

  #showTables(tables: readonly LakeTable[]): void {
    this.#tables.empty(tables.length === 0, ['No table has been refreshed yet.'])
    syncRows(
      this.#tables.body,
      tables,
      ({ table }) => table,
      ({ table }) => rowOf(table, cell(''), cell('', 'number')),
      (row, { newest_date, refreshed_at, run, failed_run }) => {
        const [, day, when] = row.cells
        if (!day || !when) return
        setText(day, newest_date ?? (refreshed_at === null ? '–' : 'whole'))
        setText(when, refreshedText(refreshed_at, failed_run))
        when.classList.toggle('warned', failed_run !== null)
        when.title = [refreshed_at, run && `run ${run}`, failed_run && `failed since: run ${failed_run}`]
          .filter(Boolean)
          .join(', ')
      },
    )
  }

  #showRuns(runs: readonly Run[]): void {
    const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
    this.#runs.empty(runs.length === 0, ['No run within 7 days: ', { code: `lodestream refresh --date ${yesterday}` }])
    syncRows(
      this.#runs.body,
      runs,
      ({ run, table, date }) => `${table} ${date} ${run}`,
      ({ table }) => rowOf(table, cell(''), cell(''), cell('', 'number'), cell('', 'number'), cell('', 'note')),
      (row, run) => {
        const [, day, outcome, rows, ended, note] = row.cells
        if (!day || !outcome || !rows || !ended || !note) return
        row.title = `run ${run.run}`
        setText(day, run.date ?? 'whole')
        setText(outcome, run.outcome)
        outcome.dataset.tone = TONES[run.outcome]
        setText(rows, rowsText(run))
        setText(ended, whenText(run.finished_at))
        ended.title = run.finished_at ?? ''
        setText(note, noteOf(run))
        note.classList.toggle('bad', run.outcome === 'failed')
      },
    )
  }

  #showQuarantine(reasons: readonly QuarantineReason[]): void {
    this.#quarantine.empty(reasons.length === 0, ['Nothing waits: every record has landed.'])
    syncRows(
      this.#quarantine.body,
      reasons,
      ({ topic, code }) => `${topic} ${code}`,
      ({ code, topic }) => rowOf(code, cell(topic, 'quiet'), cell('', 'number warned')),
      (row, { records, newest_at, example }) => {
        const [, , count] = row.cells
        if (!count) return
        row.title = `${example}; the newest ${whenText(newest_at)}. lodestream quarantine list says more.`
        setText(count, whole(records))
      },
    )
  }
}

const rowOf = (name: string, ...cells: readonly HTMLTableCellElement[]): HTMLTableRowElement => {
  const row = document.createElement('tr')
  row.append(rowHead(name), ...cells)
  return row
}

function refreshedText(at: string | null, failedRun: string | null): string {
  if (at === null) return failedRun === null ? 'never' : 'failed'
  return `${whenText(at)}${failedRun === null ? '' : ', failed since'}`
}

const whenText = (iso: string | null): string => (iso === null ? 'never' : ago(iso, Date.now()))

function rowsText({ inserted, updated, deleted }: Run): string {
  const parts = [
    inserted > 0 ? `${whole(inserted)} new` : '',
    updated > 0 ? `${whole(updated)} changed` : '',
    deleted > 0 ? `${whole(deleted)} gone` : '',
  ].filter((part) => part !== '')
  return parts.join(', ') || '–'
}

/** What a reader has to know of a run beside its figures: why it failed, or which rules warn. */
function noteOf({ outcome, says, warnings }: Run): string {
  const warned = warnings.map(({ rule, rows }) => `${rule}: ${whole(rows)} ${rows === 1 ? 'row' : 'rows'}`)
  if (outcome === 'failed') return says ?? 'It gives no reason.'
  return warned.length === 0 ? '' : `Warns: ${warned.join('; ')}`
}

/** A table body, and the sentence that stands in its place while it is empty. */
function listIn(id: string) {
  const body = byId(id, HTMLTableSectionElement)
  const place = byId(`${id}-empty`, HTMLElement)
  return {
    body,
    empty(isEmpty: boolean, says: readonly (string | { readonly code: string })[]): void {
      place.hidden = !isEmpty
      if (!isEmpty || place.childNodes.length > 0) return
      place.replaceChildren(
        ...says.map((part) => {
          if (typeof part === 'string') return part
          const code = document.createElement('code')
          code.textContent = part.code
          return code
        }),
      )
    },
  }
}
