import { gunzipSync } from "node:zlib"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { assemble } from "../../src/exposition/page.ts"
import { ProcessMetrics, type Reading } from "../../src/host/process-metrics.ts"
import { initialDaemonStatus } from "../../src/poll/daemon-status.ts"
import { StateStore } from "../../src/poll/state-store.ts"
import { makeScrape } from "../../src/serve/scrape.ts"
import { aTarget } from "../poll/polled-target.ts"

const readings: { now: Reading | undefined } = { now: [] }
const processMetrics = Layer.sync(ProcessMetrics, () => {
  readings.now = []
  return { read: Effect.sync(() => (readings.now ??= [])), latest: () => readings.now }
})
const layer = Layer.merge(
  StateStore.layer(initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)),
  processMetrics
)

/** Request headers of clients, and the format that they get. */
const clients = [
  { client: "curl", accept: "*/*", encoding: undefined, format: "text" },
  { client: "a browser", accept: "text/html,*/*;q=0.8", encoding: "gzip, deflate, br, zstd", format: "text" },
  {
    client: "Prometheus",
    accept: "application/openmetrics-text,text/plain;q=0.5",
    encoding: "gzip",
    format: "openmetrics"
  },
  {
    client: "a client without gzip",
    accept: "application/openmetrics-text",
    encoding: "identity",
    format: "openmetrics"
  }
] as const

it.effect.each(clients)("$client gets the cached response of its first scrape, with the assembled page", (it) =>
  Effect.gen(function* () {
    const store = yield* StateStore
    yield* store.add(aTarget("a"))
    const { ready, scrape } = yield* makeScrape
    assert.isUndefined(ready(it.accept, it.encoding), "nothing is cached before the first scrape")
    const first = yield* scrape(it.accept, it.encoding)
    assert.strictEqual(ready(it.accept, it.encoding), first)
    const body = Buffer.concat(first.body)
    assert.strictEqual(Number(first.headers["content-length"]), body.length)
    const text = first.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body
    assert.strictEqual(
      String(text),
      String(
        assemble(
          store.fragments().flatMap((fragment) => fragment.blocks()),
          it.format
        )
      )
    )
  }).pipe(Effect.provide(layer))
)

it.effect.each(clients)("a change is in the next response: $client", ({ accept, encoding }) =>
  Effect.gen(function* () {
    const store = yield* StateStore
    const { ready, scrape } = yield* makeScrape
    const before = yield* scrape(accept, encoding)
    yield* store.add(aTarget("b"))
    assert.isUndefined(ready(accept, encoding))
    const after = yield* scrape(accept, encoding)
    assert.notDeepEqual(after.body, before.body)
    assert.strictEqual(ready(accept, encoding), after)
  }).pipe(Effect.provide(layer))
)

it.effect("nothing is cached when the reading of the process is too old", () =>
  Effect.gen(function* () {
    const { ready, scrape } = yield* makeScrape
    yield* scrape("*/*", undefined)
    readings.now = undefined
    assert.isUndefined(ready("*/*", undefined))
  }).pipe(Effect.provide(layer))
)

const uncachedFragments = Effect.map(
  StateStore,
  (store) => store.fragments().filter((fragment) => !fragment.isCached()).length
)

it.effect("fragments that no longer change are rendered before the next scrape, also before the first", () =>
  Effect.gen(function* () {
    const store = yield* StateStore
    const { ahead, scrape } = yield* makeScrape
    yield* Effect.forkScoped(ahead)
    yield* store.add(aTarget("a"))
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual(yield* uncachedFragments, 0, "rendered before the first scrape")
    yield* scrape("*/*", "gzip")
    for (let change = 0; change < 5; change++) {
      yield* store.update("a", (status) => ({ ...status, polls: status.polls + 1 }))
      yield* TestClock.adjust("200 millis")
      assert.strictEqual(yield* uncachedFragments, 1, "it still changes")
    }
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* uncachedFragments, 0)
  }).pipe(Effect.scoped, Effect.provide(layer))
)

it.effect("a fragment that will change before the next scrape is not rendered", () =>
  Effect.gen(function* () {
    const store = yield* StateStore
    const { ahead, scrape, ready } = yield* makeScrape
    yield* Effect.forkScoped(ahead)
    yield* store.add(aTarget("a"))
    for (let scrapes = 0; scrapes < 3; scrapes++) {
      yield* TestClock.adjust("15 seconds")
      yield* scrape("*/*", "gzip")
    }
    const pollAndWait = (next: number) =>
      store
        .update("a", (status) => ({ ...status, polls: status.polls + 1, nextTick: next }))
        .pipe(Effect.andThen(TestClock.adjust("2 seconds")), Effect.andThen(uncachedFragments))
    const now = 45_000
    assert.strictEqual(yield* pollAndWait(now + 14_000), 1, "a poll comes before the next scrape")
    assert.strictEqual(yield* pollAndWait(now + 16_000), 0, "the next scrape comes first")
    yield* TestClock.adjust("5 seconds")
    yield* scrape("*/*", "gzip")
    assert.isDefined(ready("*/*", "gzip"), "a second client, right after the first")
    yield* TestClock.adjust("60 seconds")
    const late = now + 69_000
    assert.strictEqual(yield* pollAndWait(late + 1200), 1, "the scrapes have ended, and the next poll is soon")
    assert.strictEqual(yield* pollAndWait(late + 30_000), 0, "the scrapes may come again")
  }).pipe(Effect.scoped, Effect.provide(layer))
)
