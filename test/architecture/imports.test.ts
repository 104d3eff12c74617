import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { violations } from './imports.ts'

test('the house keeps its import rule', () => {
  expect(violations(resolve(import.meta.dirname, '../..'))).toEqual([])
})

test.each([
  ['domain/a.ts', "import { x } from '#adapters/redis/keys.ts'", 'domain may not import adapters'],
  ['domain/a.ts', "import { hash } from 'node:crypto'", 'domain holds zod and nothing else'],
  ['domain/a.ts', "export * from '../lib/stage.ts'", 'domain may not import lib'],
  ['adapters/a.ts', "import type { Y } from '../lambdas/api/app.ts'", 'adapters may not import lambdas'],
  ['feeds/a.ts', "import {\n  x,\n} from '#adapters/kafka/log.ts'", 'feeds may not import adapters'],
  ['lambdas/a/b.ts', "import { x } from '../../local/up.ts'", 'lambdas may not import local'],
  ['lambdas/a/b.ts', "import { Redis } from 'ioredis'", 'clients stand only in adapters and local'],
  ['lib/a.ts', "const x = await import('#adapters/redis/keys.ts')", 'lib may not import adapters'],
  ['local/a.ts', "import '#lib/stage.ts'", 'local may not import lib'],
  ['bin/a.ts', "import { x } from '#test/contracts/chaos.ts'", 'bin may not import test'],
  ['local/utils/a.ts', '', 'utils says nothing'],
  ['lambdas/helpers.ts', '', 'helpers.ts says nothing'],
])('%s with %j is caught', (file, code, says) => {
  const root = mkdtempSync(join(tmpdir(), 'lodestream-house-'))
  mkdirSync(join(root, dirname(file)), { recursive: true })
  writeFileSync(join(root, file), `${code}\n`)
  expect(violations(root)).toEqual([expect.stringContaining(says)])
  rmSync(root, { recursive: true })
})
