import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { get } from "../../src/client/request.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { openExchange, resultText } from "./target-exchange.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

const request = (path: string, timeout = 20_000) => ({
  ...get(new URL(`${upstream.url}/${path}`), Duration.millis(timeout)),
  maxBody: 20_000
})

/** The timeout of a poll in ms: short where the test waits for it. */
const timeoutFor = (outcome: RegExp) => (outcome.source.startsWith("^timeout") ? 150 : 20_000)

/** The body or the error that each fault leads to. */
const outcomes: ReadonlyArray<readonly [fault: string, outcome: RegExp]> = [
  ["good", /^\{"a":1\}$/],
  ["hang", /^timeout: no complete response within 150ms$/],
  ["hang_in_headers", /^timeout: /],
  ["hang_in_body", /^timeout: /],
  ["drip_headers", /^timeout: /],
  ["drip_body", /^timeout: /],
  ["informs_forever", /^timeout: /],
  ["reset", /^connection: the connection was closed before the response$/],
  ["reset_in_body", /^connection: the connection was closed in the middle of the response$/],
  ["close", /^connection: the connection was closed before the response$/],
  ["close_in_headers", /^connection: the connection was closed before the response$/],
  ["close_in_body", /^connection: the connection was closed in the middle of the response$/],
  ["close_in_chunk", /^connection: the connection was closed in the middle of the response$/],
  ["bad_chunk", /^connection: the response is not HTTP: Invalid character in chunk size$/],
  ["not_http", /^connection: the response is not HTTP: Expected HTTP\//],
  ["two_lengths", /^connection: the response is not HTTP: /],
  ["endless_headers", /^connection: the response is not HTTP: Header overflow$/],
  ["upgrade", /^status: status 101$/],
  ["flood", /^too_large: the response is longer than max_body, 20000 bytes$/],
  ["too_long", /^too_large: /],
  ["bomb", /^too_large: /],
  ["damaged_gzip", /^connection: the response's gzip is damaged: /],
  ["half_gzip", /^connection: the response's gzip is damaged: unexpected end of file$/],
  ["unknown_coding", /^connection: the response has a content-encoding that was not asked for$/],
  ["coding_constructor", /^connection: the response has a content-encoding that was not asked for$/],
  ["coding_proto", /^connection: the response has a content-encoding that was not asked for$/],
  ["coding_to_string", /^connection: the response has a content-encoding that was not asked for$/],
  ["coding_empty", /^\{"a":1\}$/],
  ["raw_deflate", /^connection: the response's deflate is damaged: /],
  ["one_byte_chunks", /^too_large: /],
  ["announces_100_gb", /^too_large: /],
  ["no_content_with_length", /^$/],
  ["status_500", /^status: status 500$/],
  ["status_500_unread", /^status: status 500$/],
  ["status_404", /^status: status 404$/],
  ["not_modified_unasked", /^status: status 304$/],
  ["redirect_circle", /^status: status 302: more than 10 redirects$/],
  ["redirect_nowhere", /^status: status 302: a redirect without a valid Location$/],
  ["redirect_to_file", /^status: status 301: a redirect to a URL that is not http or https$/],
  ["redirect_to_closed", /^connection: connect ECONNREFUSED 127\.0\.0\.1:1$/],
  ["html", /^<!doctype html>/]
]

describe("every fault has its outcome, and leaves at most one socket, for the next poll", () => {
  test.each(outcomes)("%s", async (path, outcome) => {
    const poll = await openExchange(request(path, timeoutFor(outcome)))
    expect(resultText(await poll())).toMatch(outcome)
    await expect.poll(upstream.openSockets, { interval: 5 }).toBeLessThanOrEqual(1)
    await poll.close()
    await expect.poll(upstream.openSockets, { interval: 5 }).toBe(0)
  })

  test.each(outcomes)("twenty of %s", async (path, outcome) => {
    const poll = await openExchange(request(path, timeoutFor(outcome)))
    const all = await Promise.all(Array.from({ length: 20 }, () => poll()))
    for (const result of all) expect(resultText(result)).toMatch(outcome)
    await poll.close()
    await expect.poll(upstream.openSockets, { interval: 5 }).toBe(0)
  })
})

test("polls with a complete response share one connection, whatever the status", async () => {
  for (const path of ["good", "status_500", "redirect_circle"]) {
    const poll = await openExchange(request(path))
    const before = upstream.connections()
    for (let i = 0; i < 5; i++) await poll()
    expect(upstream.connections() - before, path).toBe(1)
  }
})

test.each(["hang", "hang_in_body", "drip_body", "flood"])(
  "an interruption closes the socket of %s, long before the timeout",
  async (path) => {
    const { exchange } = await openExchange({ ...request(path), maxBody: 1e12 })
    const expected = upstream.requests.length + 1
    const fiber = Effect.runFork(exchange(undefined))
    await expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(expected)
    const closed = new Promise((resolve) => upstream.requests.at(-1)?.socket.once("close", resolve))
    const start = performance.now()
    await Effect.runPromise(Fiber.interrupt(fiber))
    await closed
    // the timeout is 20 s
    expect(performance.now() - start).toBeLessThan(5000)
  }
)

test("a Content-Length over max_body fails the poll before the body comes", async () => {
  // the upstream sends one byte of the body and then nothing, so a client that reads on would time out
  const poll = await openExchange(request("too_long"))
  expect(resultText(await poll())).toBe("too_large: the response is longer than max_body, 20000 bytes")
})
