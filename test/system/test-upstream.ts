import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export const json =
  (document: unknown): Answer =>
  (_request, response) => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(document))
  }

/** An upstream on a free port of loopback. It responds with `answer`, and counts its requests. */
export interface TestUpstream extends AsyncDisposable {
  readonly url: string
  readonly server: Server
  answer: Answer
  requests: number
  /** Resolves when request number `n`, counted from 1, has arrived. */
  readonly request: (n: number) => Promise<void>
  readonly openSockets: () => Promise<number>
}

export const startUpstream = async (answer: Answer): Promise<TestUpstream> => {
  const waiting = new Map<number, () => void>()
  const server = createServer((request, response) => {
    upstream.requests++
    waiting.get(upstream.requests)?.()
    upstream.answer(request, response)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const upstream: TestUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    answer,
    requests: 0,
    request: (n) => (upstream.requests >= n ? Promise.resolve() : new Promise((resolve) => waiting.set(n, resolve))),
    openSockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    }
  }
  return upstream
}
