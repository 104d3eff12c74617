import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { environment, type WantedPython } from '#local/engines/python.ts'
import { installSpark } from '#local/engines/spark.ts'

const onSpark: WantedPython = { minors: ['3.11'], purpose: "the tests of Glue's jobs", size: 'about 15 MB' }

/**
 * Runs a Python tool in the environment that a folder's lock file pins: `node test/python.ts FOLDER TOOL WORDS…`.
 * A project that depends on pyspark runs on the Spark that Glue's jobs run on here.
 */
const [folder = '', tool = '', ...words] = process.argv.slice(2)
const root = resolve(import.meta.dirname, '..', folder)
const locks = ['test.lock', 'requirements.lock'].map((name) => join(root, name))
const lock = locks.find((file) => existsSync(file))
if (lock === undefined) throw new Error(`${folder} has no requirements.lock`)
const report = (doing: string) => process.stderr.write(`${doing}\n`)
const project = readFileSync(join(root, 'pyproject.toml'), 'utf8')
const spark = project.includes('"pyspark==') ? await installSpark(report) : undefined
const python = await environment(lock, report, spark && onSpark)
const child = spawn(python, ['-m', tool, ...words], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    ...spark?.env,
    PYTHONPATH: spark ? `${root}:${spark.packages}` : root,
    LODESTREAM_NODE: process.execPath,
  },
})
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
