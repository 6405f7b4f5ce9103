import * as http from "node:http"
import * as https from "node:https"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fromNode, Unreachable, type Untrusted } from "./errors.ts"
import type { Pool } from "./pool.ts"

/** One request to one URL. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, Redacted.Redacted | string>>
  readonly body: Redacted.Redacted | string | undefined
  readonly pool: Pool
}

const plain = (value: Redacted.Redacted | string) => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/** A request on its way, and its answer once there is one. */
interface Sent {
  readonly request: http.ClientRequest
  answer: http.IncomingMessage | undefined
}

/** The server closed a pooled connection at the moment it was used again; nobody's fault, and a new connection mends it. */
class Severed extends Data.TaggedError("Severed") {}

const begin = ({ url, method, headers, body, pool }: Hop) =>
  Effect.try({
    try: (): Sent => {
      const spelled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)]))
      const request = (url.protocol === "https:" ? https : http).request(url, {
        method,
        headers: spelled,
        agent: pool.agent(url)
      })
      // an error after the answer has begun is the body's to report
      request.on("error", () => undefined)
      request.end(body === undefined ? undefined : plain(body))
      return { request, answer: undefined }
    },
    catch: fromNode
  })

const head = (sent: Sent) =>
  Effect.callback<http.IncomingMessage, Unreachable | Untrusted | Severed>((resume) => {
    const { request } = sent
    request.once("response", (answer) => {
      sent.answer = answer
      resume(Effect.succeed(answer))
    })
    request.once("error", (error: NodeJS.ErrnoException) => {
      const severed = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")
      resume(Effect.fail(severed ? new Severed() : fromNode(error)))
    })
  })

/** What was not read to its end is cut off, so that no socket is left behind; else the socket goes back to the pool. */
const end = ({ request, answer }: Sent) =>
  Effect.sync(() => {
    if (answer?.complete !== true) request.destroy()
  })

/** Sends one request and has `use` read the answer. */
export const send = <A, E>(hop: Hop, use: (answer: http.IncomingMessage) => Effect.Effect<A, E>) => {
  const once = Effect.acquireUseRelease(begin(hop), (sent) => Effect.flatMap(head(sent), use), end)
  const again = Effect.catchTag(once, "Severed", () =>
    Effect.fail(new Unreachable({ message: "the connection was closed before the answer" }))
  )
  return Effect.catchTag(once, "Severed", () => again)
}
