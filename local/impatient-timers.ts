/**
 * Loaded into the CDK's command line when it deploys to LocalStack: it asks every 5 s (stacks) and 2 s (events) whether
 * AWS is done, and has no option for that. LocalStack is done in milliseconds, so of four stacks' 22 s all but 5 would
 * be waiting. Its other timers (retries, time limits) have other lengths, and are left alone.
 */
const patience: Readonly<Record<number, number>> = { 5000: 100, 2000: 100 }

const setTimer = globalThis.setTimeout

function setImpatientTimer<A extends unknown[]>(call: (...args: A) => void, delay = 0, ...args: A): NodeJS.Timeout {
  return setTimer(call, patience[delay] ?? delay, ...args)
}

globalThis.setTimeout = Object.assign(setImpatientTimer, { __promisify__: setTimer.__promisify__ })
