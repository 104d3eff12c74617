import { setImmediate as others } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LakeError } from '#domain/lake/lake-error.ts'
import { type Migrating, runMigrations } from '#lambdas/lake-migrations/run-migrations.ts'
import { RememberedObjects } from '../refresh-planner/remembered-objects.ts'

const create = {
  id: '0001_bars',
  sql: `CREATE TABLE IF NOT EXISTS gold.bars (\`symbol\` string) LOCATION '\${lake}/gold/bars/' TBLPROPERTIES ('table_type' = 'ICEBERG');`,
}
const alter = { id: '0002_vwap', sql: 'ALTER TABLE gold.bars ADD COLUMNS (`vwap` decimal(38,8));' }

/** A catalogue of one table; every statement lets others in between. */
function setUp({ broken = (_: string): boolean => false } = {}) {
  const objects = new RememberedObjects()
  const columns: string[] = []
  const ran: string[] = []
  const migrating: Migrating = {
    stage: 'local',
    lakeBucket: 'lake',
    migrations: [create, alter],
    objects,
    now: () => 0,
    lake: {
      async query(sql) {
        await others()
        if (sql.startsWith('SELECT')) return columns.map((column_name) => ({ column_name }))
        if (broken(sql)) throw new LakeError('TYPE_MISMATCH: no', 'q1')
        if (sql.startsWith('ALTER') && columns.includes('vwap')) throw new LakeError('Column vwap already exists')
        ran.push(sql.split(' ')[0] ?? '')
        columns.push(sql.startsWith('CREATE') ? 'symbol' : 'vwap')
        return []
      },
    },
  }
  return { migrating, objects, columns, ran }
}
const ledgerOf = (objects: RememberedObjects) =>
  Object.keys(JSON.parse(objects.texts.get('ops/migrations.json')?.text ?? '{"migrations":{}}').migrations)

describe('migrations', () => {
  it('run in order, each once, and answer at once where nothing is pending', async () => {
    const { migrating, objects, ran } = setUp()
    expect(await runMigrations(migrating)).toEqual(['0001_bars', '0002_vwap'])
    expect(ledgerOf(objects)).toEqual(['0001_bars', '0002_vwap'])
    const silent = { ...migrating, lake: { query: () => Promise.reject(new Error('the lake was asked')) } }
    expect(await runMigrations(silent)).toEqual([])
    expect(ran).toEqual(['CREATE', 'ALTER'])
  })

  it('name the file of what failed; what ran before stays written down', async () => {
    const { migrating, objects } = setUp({ broken: (sql) => sql.startsWith('ALTER') })
    await expect(runMigrations(migrating)).rejects.toThrow('sql/migrations/0002_vwap.sql failed: TYPE_MISMATCH: no')
    expect(ledgerOf(objects)).toEqual(['0001_bars'])
  })

  it('do nothing twice after a crash between a statement and the ledger', async () => {
    const { migrating, objects, ran, columns } = setUp()
    columns.push('symbol', 'vwap')
    await runMigrations(migrating)
    expect(ran).toEqual([])
    expect(ledgerOf(objects)).toEqual(['0001_bars', '0002_vwap'])
  })

  it('go on where another one was quicker with the very statement', async () => {
    const { migrating, objects, columns } = setUp()
    const quicker = async (sql: string) => {
      if (!sql.startsWith('SELECT')) columns.push('symbol', 'vwap')
      if (sql.startsWith('SELECT')) return columns.map((column_name) => ({ column_name }))
      throw new LakeError('AlreadyExistsException', 'q1')
    }
    await runMigrations({ ...migrating, lake: { query: quicker } })
    expect(ledgerOf(objects)).toEqual(['0001_bars', '0002_vwap'])
  })

  it('agree where several run them at once', async () => {
    const { migrating, objects, columns } = setUp()
    await Promise.all([1, 2, 3, 4].map(() => runMigrations(migrating)))
    expect(ledgerOf(objects)).toEqual(['0001_bars', '0002_vwap'])
    expect(columns.filter((column) => column === 'vwap')).toEqual(['vwap'])
  })
})
