import { fileURLToPath } from 'node:url'
import { Logger } from '@aws-lambda-powertools/logger'
import { conclude } from './conclude.ts'
import { finish } from './finish.ts'
import { planMany } from './plan-many.ts'
import { planTable } from './plan-table.ts'
import { type Request, readRequest } from './requests.ts'
import { sweep } from './sweep.ts'
import { wirePlanner } from './wiring.ts'

const logger = new Logger({ serviceName: 'refresh-planner' })
// Beside the module, where its bundle has it.
const planner = wirePlanner(process.env, fileURLToPath(new URL('sql', import.meta.url)))

/** Answers a state machine. An error's name is what the machine decides by, its message what a person reads. */
export async function handler(event: unknown): Promise<unknown> {
  const request = readRequest(event)
  const answer = await answerOf(request)
  logger.info(request.do, { request, ...(request.do === 'sweep' && { answer }) })
  return answer
}

function answerOf(request: Request): Promise<unknown> | unknown {
  switch (request.do) {
    case 'plan':
      return planTable(request, planner)
    case 'plan_many':
      return planMany(request, planner)
    case 'finish':
      return finish(request, planner)
    case 'sweep':
      return sweep(planner)
    case 'conclude':
      return conclude(request)
    default:
      throw new Error(`${JSON.stringify(request satisfies never)} is no request`)
  }
}
