#!/usr/bin/env node
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { loadSchedules } from '#adapters/sql-files/load-schedules.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { Platform } from '#lib/platform.ts'
import { readContext } from '#lib/stage.ts'
import { showFailure } from './terminal.ts'

try {
  // Synthesised below: at the exit it would be tried again after a refusal.
  const app = new App({ autoSynth: false })
  new Platform(
    app,
    readContext((key) => app.node.tryGetContext(key)),
    { events, tables: loadTables('sql'), schedules: loadSchedules('sql') },
  )
  // Synthesis fails on any finding that its construct does not answer with a reason.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
} catch (error) {
  showFailure(error)
}
