import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment } from './engines/localstack.ts'
import { repository } from './state.ts'

/**
 * Checks the LocalStack plugin: its style, its form and its tests, with the versions that test.lock pins. Run it as
 * `node local/check-plugin.ts`; it ends with the first failure's exit code.
 */
const folder = join(repository, 'local', 'localstack-plugin')
const python = await environment(join(folder, 'test.lock'), console.error)

for (const words of [
  ['ruff', 'check', '.'],
  ['ruff', 'format', '--check', '.'],
  ['pytest', '--quiet'],
]) {
  const { status } = spawnSync(python, ['-m', ...words], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, PYTHONPATH: folder, LODESTREAM_NODE: process.execPath },
  })
  if (status !== 0) process.exit(status ?? 1)
}
