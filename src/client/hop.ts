import * as http from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Body, type Guard, readBody } from "./body.ts"
import {
  brokenOff,
  closedBefore,
  fromNode,
  isBrokenOff,
  type TooLarge,
  type Unreachable,
  type Untrusted
} from "./errors.ts"
import { discardIdle } from "./idle.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import type { Agents } from "./pool.ts"

/** One request to one URL. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, Redacted.Redacted | string>>
  readonly body: Redacted.Redacted | string | undefined
  readonly agents: Agents
  /** Of all bodies under way. */
  readonly memory: MemoryBudget
  /** The deadline of it all in milliseconds: the only word that Node has for a tunnel that a proxy does not open. */
  readonly timeout: number
}

/** An answer: its head, and its body if that was wanted. */
export interface Received {
  readonly head: http.IncomingMessage
  readonly body: Buffer | undefined
  /** Says that the body's memory is no longer used. */
  readonly release: () => void
}

const nothingHeld = () => undefined

/** The server closed a pooled connection at the moment it was used again; nobody's fault, and a new connection mends it. */
class Severed extends Data.TaggedError("Severed") {}

const plain = (value: Redacted.Redacted | string) => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/** Throws what Node throws of a header that is none, in a word of its own. */
const begin = ({ url, method, headers, body, agents, timeout }: Hop) => {
  const spelled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)]))
  const { request } = url.protocol === "https:" ? https : http
  const sent = request(url, { method, headers: spelled, agent: agents(url), timeout })
  sent.end(body === undefined ? undefined : plain(body))
  return sent
}

const once = (hop: Hop, limitOf: (head: http.IncomingMessage) => number | undefined) =>
  Effect.callback<Received, Unreachable | Untrusted | TooLarge | Severed>((resume) => {
    let sent: http.ClientRequest
    try {
      sent = begin(hop)
    } catch (error) {
      return resume(Effect.fail(fromNode(error)))
    }
    const account = hop.memory.open()
    const release = () => account.release()
    // a bug of ours fails this request; thrown into Node's parser it would end the process
    const guard: Guard =
      (handler) =>
      (...args) => {
        try {
          handler(...args)
        } catch (error) {
          sent.destroy()
          release()
          resume(Effect.die(error))
        }
      }
    let answered = false
    sent.on(
      "error",
      guard((error: Error) => {
        if (!isBrokenOff(error)) return resume(Effect.fail(fromNode(error)))
        resume(Effect.fail(answered ? brokenOff : sent.reusedSocket ? new Severed() : closedBefore))
      })
    )
    // a protocol that was not asked for
    sent.on(
      "upgrade",
      guard((head: http.IncomingMessage, socket: Duplex) => {
        socket.destroy()
        resume(Effect.succeed({ head, body: undefined, release: nothingHeld }))
      })
    )
    sent.on(
      "response",
      guard((head: http.IncomingMessage) => {
        answered = true
        const limit = limitOf(head)
        if (limit !== undefined) {
          readBody(head, { limit, account, guard }, (body: Body) => {
            if (Result.isSuccess(body)) return resume(Effect.succeed({ head, body: body.success, release }))
            release()
            resume(Effect.fail(body.failure))
          })
          return
        }
        // a short body came along with the head: passed over, it frees the connection for the next request; no other is waited for
        head.resume()
        setImmediate(() => {
          if (!head.complete) sent.destroy()
          resume(Effect.succeed({ head, body: undefined, release: nothingHeld }))
        })
      })
    )
    return Effect.sync(() => {
      sent.destroy()
      release()
    })
  })

/**
 * Sends one request. `limitOf` tells from the head of its answer how many bytes of body to read at most, or not to read it. However it ends, its socket
 * is closed or back in the pool.
 */
export const send = (
  hop: Hop,
  limitOf: (head: http.IncomingMessage) => number | undefined
): Effect.Effect<Received, Unreachable | Untrusted | TooLarge> => {
  const exchange = once(hop, limitOf)
  // a poll is repeated at every interval anyway, so that it may be repeated here, whatever its method
  return Effect.catchTag(exchange, "Severed", () => {
    // what lay idle beside a connection that was closed is likely to be closed as well
    discardIdle(hop.agents(hop.url))
    return Effect.catchTag(exchange, "Severed", () => Effect.fail(closedBefore))
  })
}
