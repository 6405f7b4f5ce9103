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
  closedBeforeResponse,
  closedDuringResponse,
  fromNode,
  isClosedByPeer,
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
  /** The budget of all concurrent bodies. */
  readonly memory: MemoryBudget
  /** The timeout of the exchange in milliseconds. In Node, only this limits the opening of a proxy tunnel. */
  readonly timeout: number
  readonly trace?: RequestTrace | undefined
}

/**
 * What requests to another origin use: no credentials and no headers of the configuration, since they may be secrets.
 */
export type CrossOrigin = Pick<Attempt, "headers" | "agents" | "timeout" | "memory">

/** A response: its headers, and its body if it was requested. */
export interface Received {
  readonly head: http.IncomingMessage
  readonly body: Buffer | undefined
  /** Releases the memory of the body. */
  readonly release: () => void
}

const noRelease = () => undefined

/** The error of a status that is not accepted. */
export const badStatus = Effect.fnUntraced(function* (head: http.IncomingMessage, detail?: string) {
  const { statusCode: status = 0, headers } = head
  const mayAskForPause = status === 429 || status === 503
  const pause = mayAskForPause ? retryAfter(headers["retry-after"], yield* Clock.currentTimeMillis) : undefined
  return yield* new BadStatus({ status, retryAfter: pause, ...(detail !== undefined && { detail }) })
})

/** The server closed a kept connection at the moment it was used again. */
class StaleConnection extends Data.TaggedError("StaleConnection") {}

/** Methods that change nothing (RFC 9110, section 9.2.1): such a request may be sent twice. */
export const isSafe = (method: string) => ["GET", "HEAD", "OPTIONS"].includes(method)

const plain = (value: Redacted.Redacted | string) => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/** Milliseconds for one address of a name before Node tries the next one. Less than 250 if the timeout is short. */
const addressTimeout = (timeout: number) => Math.max(10, Math.min(250, Math.floor(timeout / 4)))

/**
 * Throws if a header cannot be sent or the proxy cannot be used. The error does not contain the value of the header.
 */
const startRequest = ({ url, socketPath, method, headers, body, agents, timeout, trace }: Attempt) => {
  const values: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? ""
    values[name] = plain(value)
    // headers that are not redacted are poller's own, or validators as the server sent them, which may be Latin-1
    if (Redacted.isRedacted(value) && !fitsHeader(Redacted.value(value)))
      throw new Unreachable({ message: `the header ${name} holds a line end or a character that is not ASCII` })
  }
  const { request } = url.protocol === "https:" ? https : http
  // net.connect takes autoSelectFamilyAttemptTimeout; the types of node:http do not have it
  const options: http.RequestOptions & { readonly autoSelectFamilyAttemptTimeout: number } = {
    method,
    headers: values,
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

const sendOnce = (attempt: Attempt, limitOf: (head: http.IncomingMessage) => number | undefined) =>
  Effect.callback<Received, Unreachable | Untrusted | TooLarge | StaleConnection>((resume) => {
    let sent: http.ClientRequest
    try {
      sent = startRequest(attempt)
    } catch (error) {
      return resume(Effect.fail(fromNode(error)))
    }
    const account = attempt.memory.open()
    const release = () => account.release()
    // an exception in a handler would end the process; so a bug in poller fails only this request
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
        if (!isClosedByPeer(error)) return resume(Effect.fail(fromNode(error)))
        resume(
          Effect.fail(
            answered ? closedDuringResponse : sent.reusedSocket ? new StaleConnection() : closedBeforeResponse
          )
        )
      })
    )
    // the server changes the protocol, although poller did not ask for that
    sent.on(
      "upgrade",
      guard((head: http.IncomingMessage, socket: Duplex) => {
        socket.destroy()
        resume(Effect.succeed({ head, body: undefined, release: noRelease }))
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
        // a body that has arrived as a whole is skipped, and the connection is kept; poller does not wait for the rest
        head.resume()
        setImmediate(() => {
          if (!head.complete) sent.destroy()
          resume(Effect.succeed({ head, body: undefined, release: noRelease }))
        })
      })
    )
    return Effect.sync(() => {
      sent.destroy()
      release()
    })
  })

/**
 * Sends one request. `limitOf` gets the headers of the response and returns the maximum size of its body, or undefined
 * to skip the body. At the end the socket is closed or back in the pool. If the server had closed a kept connection, a
 * safe request is sent again. Other requests use new connections.
 */
export const send = (
  attempt: Attempt,
  limitOf: (head: http.IncomingMessage) => number | undefined
): Effect.Effect<Received, Unreachable | Untrusted | TooLarge> => {
  const exchange = sendOnce(attempt, limitOf)
  return Effect.catchTag(exchange, "StaleConnection", () => {
    if (!isSafe(attempt.method)) return Effect.fail(closedBeforeResponse)
    // other idle connections to the server are probably closed too
    closeIdle(attempt.agents(attempt.url, true))
    return Effect.catchTag(exchange, "StaleConnection", () => Effect.fail(closedBeforeResponse))
  })
}
