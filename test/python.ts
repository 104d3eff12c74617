import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { environment } from '#local/engines/python.ts'

/** Runs a Python tool in the environment that a folder's lock file pins: `node test/python.ts FOLDER TOOL WORDS…`. */
const [folder = '', tool = '', ...words] = process.argv.slice(2)
const root = resolve(import.meta.dirname, '..', folder)
const locks = ['test.lock', 'requirements.lock'].map((name) => join(root, name))
const lock = locks.find((file) => existsSync(file))
if (lock === undefined) throw new Error(`${folder} has no requirements.lock`)
const python = await environment(lock, (doing) => process.stderr.write(`${doing}\n`))
const child = spawn(python, ['-m', tool, ...words], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PYTHONPATH: root, LODESTREAM_NODE: process.execPath },
})
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
