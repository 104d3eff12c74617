import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The app behind a plain server of Node: what stands for API Gateway and Lambda where a test needs a real port. */
export async function serveApp(
  app: { fetch(request: Request): Response | Promise<Response> },
  port = 0,
): Promise<{ readonly url: string; readonly port: number; readonly server: Server; stop(): Promise<void> }> {
  const server = createServer(async (incoming, response) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value)
    const request = new Request(`http://127.0.0.1${incoming.url}`, { method: incoming.method ?? 'GET', headers })
    const answer = await app.fetch(request)
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: chosen } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${chosen}/`, port: chosen, server, stop }
}
