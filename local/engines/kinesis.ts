import { join } from 'node:path'
import { portFor } from '../ports.ts'
import { answers, becomeReady, ensure, stopPart } from '../process.ts'
import { repository } from '../state.ts'
import type { Engine } from './engine.ts'

/**
 * Kinesis Data Streams, by our own bridge; its streams are files of the platform. Its address is `http://127.0.0.1:port`.
 * (LocalStack would fetch a stand-in of its own that takes about 1,000 records a second.)
 */
export const kinesis: Engine<string> = {
  name: 'kinesis',

  async install() {
    // It is part of this repository.
  },

  async start({ home }) {
    const port = await portFor(home, 'kinesis')
    const part = await ensure(home, {
      name: 'kinesis',
      command: [process.execPath, join(repository, 'local', 'bridges', 'kinesis', 'main.ts')],
      env: { PORT: `${port}`, LODESTREAM_HOME: home },
    })
    await becomeReady(home, part, () => answers(`http://127.0.0.1:${port}/`), 30_000)
    return `http://127.0.0.1:${port}`
  },

  async stop({ home }) {
    await stopPart(home, 'kinesis')
  },
}
