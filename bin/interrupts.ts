/**
 * Ctrl-C as a signal to finish in order. A second one ends the process at once, as it does without this.
 * @returns aborts with the first SIGINT or SIGTERM; disposing of it restores the usual behaviour.
 */
export function interrupts(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const stop = () => {
    release()
    controller.abort()
  }
  const release = () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop)
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop)
  return { signal: controller.signal, [Symbol.dispose]: release }
}
