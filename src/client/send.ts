import * as http from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Body, type Guard, readBody } from "./body.ts"
import {
  BadStatus,
  brokenOff,
  closedBefore,
  fromNode,
  isBrokenOff,
  type TooLarge,
  Unreachable,
  type Untrusted
} from "./errors.ts"
import { closeIdle } from "./idle.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import type { Agents } from "./pool.ts"
import type { RequestTrace } from "./request-trace.ts"
import { retryAfter } from "./retry-after.ts"
import { fitsHeader } from "./secrets.ts"

/** One request to one URL. */
export interface Attempt {
  readonly url: URL
  readonly socketPath?: string | undefined
  readonly method: string
  readonly headers: Readonly<Record<string, Redacted.Redacted | string>>
  readonly body: Redacted.Redacted | string | undefined
  readonly agents: Agents
  /** Of all bodies under way. */
  readonly memory: MemoryBudget
  /** The deadline of the exchange in milliseconds. Node knows no other for a tunnel that a proxy does not open. */
  readonly timeout: number
  readonly trace?: RequestTrace | undefined
}

/** What another origin may see of a request: neither credentials nor any header that the configuration sets, since each may be a secret. */
export type CrossOrigin = Pick<Attempt, "headers" | "agents" | "timeout" | "memory">

/** A response: its head, and its body if that was wanted. */
export interface Received {
  readonly head: http.IncomingMessage
  readonly body: Buffer | undefined
  /** Says that the body's memory is no longer used. */
  readonly release: () => void
}

const nothingHeld = () => undefined

/** The error of a status that is not accepted. */
export const badStatus = Effect.fnUntraced(function* (head: http.IncomingMessage, detail?: string) {
  const { statusCode: status = 0, headers } = head
  const pauses = status === 429 || status === 503
  const pause = pauses ? retryAfter(headers["retry-after"], yield* Clock.currentTimeMillis) : undefined
  return yield* new BadStatus({ status, retryAfter: pause, ...(detail !== undefined && { detail }) })
})

/** The server closed a kept connection at the moment it was used again. */
class StaleConnection extends Data.TaggedError("StaleConnection") {}

/** Methods that change nothing (RFC 9110, section 9.2.1): such a request may be sent twice. */
const isSafe = (method: string) => ["GET", "HEAD", "OPTIONS"].includes(method)

const plain = (value: Redacted.Redacted | string) => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/** What Node gives one address of a name before it tries the next: 250 ms, or less where the deadline is near. */
const addressTimeout = (timeout: number) => Math.max(10, Math.min(250, Math.floor(timeout / 4)))

/** Throws if a header cannot be sent, or the proxy cannot be used; without the header's value. */
const begin = ({ url, socketPath, method, headers, body, agents, timeout, trace }: Attempt) => {
  const spelled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)]))
  for (const [name, value] of Object.entries(spelled)) {
    if (!fitsHeader(value))
      throw new Unreachable({ message: `the header ${name} holds a line end or a character that is not ASCII` })
  }
  const { request } = url.protocol === "https:" ? https : http
  // the last one goes to net.connect, and is missing in the types of http
  const options: http.RequestOptions & { readonly autoSelectFamilyAttemptTimeout: number } = {
    method,
    headers: spelled,
    agent: agents(url, isSafe(method)),
    timeout,
    autoSelectFamilyAttemptTimeout: addressTimeout(timeout),
    ...(socketPath !== undefined && { socketPath })
  }
  const sent = request(url, options)
  trace?.watch(sent)
  sent.end(body === undefined ? undefined : plain(body))
  return sent
}

const once = (attempt: Attempt, limitOf: (head: http.IncomingMessage) => number | undefined) =>
  Effect.callback<Received, Unreachable | Untrusted | TooLarge | StaleConnection>((resume) => {
    let sent: http.ClientRequest
    try {
      sent = begin(attempt)
    } catch (error) {
      return resume(Effect.fail(fromNode(error)))
    }
    const account = attempt.memory.open()
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
        resume(Effect.fail(answered ? brokenOff : sent.reusedSocket ? new StaleConnection() : closedBefore))
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
 * Sends one request. `limitOf` tells from the head of the response how many bytes of body to read at most, or not to read it. However it
 * ends, its socket is closed or back in the pool. Only a safe request is sent again: others do not reuse connections.
 */
export const send = (
  attempt: Attempt,
  limitOf: (head: http.IncomingMessage) => number | undefined
): Effect.Effect<Received, Unreachable | Untrusted | TooLarge> => {
  const exchange = once(attempt, limitOf)
  return Effect.catchTag(exchange, "StaleConnection", () => {
    if (!isSafe(attempt.method)) return Effect.fail(closedBefore)
    // other connections that lay idle beside one that was closed are likely to be closed as well
    closeIdle(attempt.agents(attempt.url, true))
    return Effect.catchTag(exchange, "StaleConnection", () => Effect.fail(closedBefore))
  })
}
