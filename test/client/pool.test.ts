import * as Duration from "effect/Duration"
import { afterAll, beforeAll, expect, test } from "vitest"
import { get, type Request } from "../../src/client/request.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { openExchange, resultText, startClient } from "./target-exchange.ts"

let upstream: Faulty
let other: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
  other = await startFaulty()
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

const request = (server: Faulty, path: string): Request => get(new URL(`${server.url}/${path}`), Duration.seconds(20))

/** Runs all polls at once. */
const pollAll = async (polls: ReadonlyArray<Awaited<ReturnType<typeof openExchange>>>) =>
  (await Promise.all(polls.map((poll) => poll()))).map(resultText)

const repeat = <A>(count: number, make: () => Promise<A>) => Promise.all(Array.from({ length: count }, make))

const openSockets = (server: Faulty) => expect.poll(server.openSockets, { interval: 5 })

test("the targets of a host share its connections, which close with the last target", async () => {
  const client = startClient()
  const before = upstream.connections()
  const polls = await repeat(10, () => openExchange(request(upstream, "good"), client))
  for (const poll of polls) expect(resultText(await poll())).toBe('{"a":1}')
  expect(upstream.connections() - before).toBe(1)
  const [last, ...rest] = polls
  for (const poll of rest) await poll.close()
  await openSockets(upstream).toBe(1)
  await last?.close()
  await openSockets(upstream).toBe(0)
})

test.each([
  ["another server_name", (): Partial<Request> => ({ tls: { ...request(upstream, "").tls, serverName: "another" } })],
  [
    "insecure_skip_verify",
    (): Partial<Request> => ({ tls: { ...request(upstream, "").tls, insecureSkipVerify: true } })
  ]
])("a target with %s has connections of its own", async (_, change) => {
  const client = startClient()
  const before = upstream.connections()
  const one = await openExchange(request(upstream, "good"), client)
  const another = await openExchange({ ...request(upstream, "good"), ...change() }, client)
  await one()
  await another()
  await one()
  expect(upstream.connections() - before).toBe(2)
})

test("idle connections of all hosts together stay within the limit, and every poll succeeds", async () => {
  const client = startClient(3)
  const polls = [
    ...(await repeat(5, () => openExchange(request(upstream, "good"), client))),
    ...(await repeat(5, () => openExchange(request(other, "good"), client)))
  ]
  const idle = async () => (await upstream.openSockets()) + (await other.openSockets())
  for (let round = 0; round < 3; round++) {
    expect(await pollAll(polls)).toEqual(polls.map(() => '{"a":1}'))
    await expect.poll(idle, { interval: 5 }).toBe(3)
  }
})

test("an idle connection that the host closes makes room for another", async () => {
  const client = startClient(1)
  const poll = await openExchange(request(upstream, "good"), client)
  await poll()
  await openSockets(upstream).toBe(1)
  upstream.server.closeIdleConnections()
  await openSockets(upstream).toBe(0)
  const next = await openExchange(request(other, "good"), client)
  await next()
  const before = other.connections()
  await next()
  expect(other.connections()).toBe(before)
})

test("idle connections that turn out to be closed fail no poll, however many there are", async () => {
  const client = startClient()
  const used = new WeakSet<object>()
  upstream.also.once_each = (response, socket) => {
    if (used.has(socket)) return void socket.resetAndDestroy()
    used.add(socket)
    response.end("{}")
  }
  const polls = await repeat(5, () => openExchange(request(upstream, "once_each"), client))
  expect(await pollAll(polls)).toEqual(polls.map(() => "{}"))
  const [poll] = polls
  expect(poll && resultText(await poll())).toBe("{}")
})
