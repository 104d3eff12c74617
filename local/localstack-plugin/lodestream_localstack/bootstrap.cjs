// One process is one execution environment. The platform's end of the channel sends [u32 head length][u32 event
// length][head JSON][event JSON]; this end answers [tag][u32 length][JSON]: R ready, O the handler's result, E an error.
const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')

const channel = new net.Socket({ fd: Number(process.env.LODESTREAM_CHANNEL), readable: true, writable: true })
delete process.env.LODESTREAM_CHANNEL

function answer(tag, value) {
  const body = Buffer.from(JSON.stringify(value === undefined ? null : value))
  const head = Buffer.allocUnsafe(5)
  head.write(tag, 0, 'latin1')
  head.writeUInt32BE(body.length, 1)
  channel.cork()
  channel.write(head)
  channel.write(body)
  channel.uncork()
}

function asError(error) {
  const isError = error instanceof Error
  return {
    errorType: isError ? error.name : 'Error',
    errorMessage: isError ? error.message : String(error),
    trace: isError && error.stack ? error.stack.split('\n') : [],
  }
}

async function loadHandler() {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER)
  const base = path.resolve(process.env.LAMBDA_TASK_ROOT, file)
  const script = ['.mjs', '.cjs', '.js'].map((end) => base + end).find((candidate) => fs.existsSync(candidate))
  if (!script) throw new Error(`Cannot find module '${file}'`)
  const loaded = await import(script)
  const handler = loaded[name] ?? loaded.default?.[name]
  if (typeof handler !== 'function') throw new Error(`${process.env._HANDLER} is undefined or not exported`)
  return handler
}

function contextOf(head) {
  const deadline = Date.now() + head.timeout
  const env = process.env
  return {
    awsRequestId: head.id,
    invokedFunctionArn: head.arn,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}

async function invoke(handler, head, event) {
  process.env._X_AMZN_TRACE_ID = head.trace ?? ''
  try {
    answer('O', await handler(JSON.parse(event), contextOf(head)))
  } catch (error) {
    console.error(error)
    answer('E', asError(error))
  }
}

function readFrames(handler) {
  let chunks = []
  let have = 0
  let need = 8
  channel.on('data', (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    while (have >= need) {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      const headEnd = 8 + bytes.readUInt32BE(0)
      const end = headEnd + bytes.readUInt32BE(4)
      if (bytes.length < end) {
        chunks = [bytes]
        need = end
        return
      }
      const rest = bytes.subarray(end)
      chunks = rest.length > 0 ? [rest] : []
      have = rest.length
      need = 8
      void invoke(handler, JSON.parse(bytes.toString('utf8', 8, headEnd)), bytes.toString('utf8', headEnd, end))
    }
  })
  // The platform's end is gone: nothing can be asked of this environment any more.
  channel.on('close', () => process.exit(0))
}

loadHandler().then(
  (handler) => {
    readFrames(handler)
    answer('R', null)
  },
  (error) => {
    console.error(error)
    answer('E', asError(error))
    channel.end(() => process.exit(1))
  },
)
