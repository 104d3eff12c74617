import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { repository } from '#local/state.ts'

test('the log becomes one ES module that runs away from node_modules, and refuses in a sentence there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const source = `import { KafkaLog } from '#adapters/kafka/log.ts'
    const log = new KafkaLog({ bootstrap: '127.0.0.1:1' })
    await log.bounds({ topic: 't', partition: 0 }).catch((error) => console.log(error.message))
    await log.close()`
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: repository, loader: 'ts' },
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    metafile: true,
    mainFields: ['module', 'main'],
    // As lib/constructs/bundled-code.ts bundles, which says why.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require=makeRequire(import.meta.url);",
    },
  })
  expect(Object.values(metafile.outputs)[0]?.bytes).toBeLessThan(3_000_000)
  await writeFile(join(folder, 'package.json'), '{}')
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'index.mjs')], { cwd: folder })
  expect(stdout).toContain('Kafka at 127.0.0.1:1 cannot be reached (ECONNREFUSED)')
})
