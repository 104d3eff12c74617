import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { cacheFolder, readIfThere } from '#local/state.ts'

/**
 * Runs the stages of `make check` (types, lint, unit) or of `make test` (all), shows what each prints, and ends with
 * `N passed, N failed` over all of them. A stage that counts no tests counts as one.
 */
interface Stage {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly in?: 'check'
  readonly cwd?: string
  /** Where the runner writes its counts, and in which form; none: the exit code is the one result. */
  readonly report?: { readonly file: string; readonly form: 'vitest' | 'junit' }
}

interface Counts {
  readonly passed: number
  readonly failed: number
}

const repository = resolve(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'lodestream-reports-'))
const bin = (name: string) => join(repository, 'node_modules', '.bin', name)

const vitest = (name: string, project: string): Stage => {
  const file = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return { name, command: [bin('vitest'), 'run', '--project', project, ...reporters], report: { file, form: 'vitest' } }
}

const python = (name: string, folder: string): readonly Stage[] => {
  const cwd = join(repository, folder)
  const file = join(reports, `${name}.xml`)
  const uv = [process.execPath, join(repository, 'test', 'python.ts'), folder] as const
  return [
    { name: `${name}: ruff`, command: [...uv, 'ruff', 'check', '.'], cwd },
    { name: `${name}: ruff format`, command: [...uv, 'ruff', 'format', '--check', '.'], cwd },
    {
      name: `${name}: pytest`,
      command: [...uv, 'pytest', '-q', `--junitxml=${file}`],
      cwd,
      report: { file, form: 'junit' },
    },
  ]
}

const stages: readonly Stage[] = [
  { name: 'types', command: [bin('tsc')], in: 'check' },
  { name: 'types of the page', command: [bin('tsc'), '-p', 'dashboards/live'], in: 'check' },
  { name: 'lint', command: [bin('biome'), 'ci', '.'], in: 'check' },
  { ...vitest('unit', 'unit'), in: 'check' },
  ...python('plugin', 'local/localstack-plugin'),
  ...python('Glue bridge', 'local/bridges/glue'),
  ...python('silver', 'glue'),
  ...python('recompute', 'test/recompute'),
  vitest('integration and faults', 'integration'),
  vitest('the whole platform', 'platform'),
]

async function main(which: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true })
  const total = { passed: 0, failed: 0 }
  for (const stage of stages.filter((stage) => which !== 'check' || stage.in === 'check')) {
    process.stdout.write(`\n=== ${stage.name}\n`)
    const begun = performance.now()
    const code = await exitCodeOf(stage)
    const { passed, failed } = countsOf(stage, code)
    total.passed += passed
    total.failed += failed
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    process.stdout.write(`=== ${stage.name}: ${passed} passed, ${failed} failed, ${seconds} s\n`)
  }
  rmSync(reports, { recursive: true })
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

function exitCodeOf({ command: [program, ...words], cwd = repository }: Stage): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, words, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', fail)
    child.once('exit', (code) => done(code ?? 1))
  })
}

/** A runner that failed without a failing test (it crashed, or ran none) counts as one failure. */
function countsOf({ report }: Stage, code: number): Counts {
  if (report === undefined) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  const { passed, failed } = report.form === 'vitest' ? vitestCounts(report.file) : junitCounts(report.file)
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

const VitestReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number() })

function vitestCounts(file: string): Counts {
  const text = readIfThere(file)
  if (text === undefined) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests } = VitestReport.parse(JSON.parse(text))
  return { passed: numPassedTests, failed: numFailedTests }
}

function junitCounts(file: string): Counts {
  const text = readIfThere(file) ?? ''
  const count = (name: string) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  return { passed: count('tests') - failed - count('skipped'), failed }
}

await main(process.argv[2] ?? 'all')
