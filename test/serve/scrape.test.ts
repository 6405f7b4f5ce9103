import { gunzipSync } from "node:zlib"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assemble } from "../../src/exposition/page.ts"
import { ProcessMetrics, type Reading } from "../../src/host/process-metrics.ts"
import { Board } from "../../src/poll/board.ts"
import { starting } from "../../src/poll/self.ts"
import { makeScrape } from "../../src/serve/scrape.ts"
import { aTarget } from "../poll/target.ts"

const readings: { now: Reading | undefined } = { now: [] }
const processMetrics = Layer.sync(ProcessMetrics, () => {
  readings.now = []
  return { read: Effect.sync(() => (readings.now ??= [])), latest: () => readings.now }
})
const layer = Layer.merge(Board.layer(starting("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)), processMetrics)

/** What clients send, each another way to the bytes. */
const clients = [
  { client: "curl", accept: "*/*", encoding: undefined, format: "text" },
  { client: "a browser", accept: "text/html,*/*;q=0.8", encoding: "gzip, deflate, br, zstd", format: "text" },
  {
    client: "Prometheus",
    accept: "application/openmetrics-text,text/plain;q=0.5",
    encoding: "gzip",
    format: "openmetrics"
  },
  { client: "a careful one", accept: "application/openmetrics-text", encoding: "identity", format: "openmetrics" }
] as const

it.effect.each(clients)(
  "what $client gets at once is what it got the long way, and the page put together naively",
  (it) =>
    Effect.gen(function* () {
      const board = yield* Board
      yield* board.add(aTarget("a"))
      const { ready, scrape } = yield* makeScrape
      assert.isUndefined(ready(it.accept, it.encoding), "nothing lies there before somebody asked")
      const first = yield* scrape(it.accept, it.encoding)
      assert.strictEqual(ready(it.accept, it.encoding), first)
      assert.strictEqual(Number(first.headers["content-length"]), first.body.length)
      const text = first.headers["content-encoding"] === "gzip" ? gunzipSync(first.body) : first.body
      assert.strictEqual(String(text), String(assemble(board.blocks(), it.format)))
    }).pipe(Effect.provide(layer))
)

it.effect.each(clients)("a change is never passed over: $client", ({ accept, encoding }) =>
  Effect.gen(function* () {
    const board = yield* Board
    const { ready, scrape } = yield* makeScrape
    const before = yield* scrape(accept, encoding)
    yield* board.add(aTarget("b"))
    assert.isUndefined(ready(accept, encoding))
    const after = yield* scrape(accept, encoding)
    assert.notDeepEqual(after.body, before.body)
    assert.strictEqual(ready(accept, encoding), after)
  }).pipe(Effect.provide(layer))
)

it.effect("nor is a reading of the process that is too old", () =>
  Effect.gen(function* () {
    const { ready, scrape } = yield* makeScrape
    yield* scrape("*/*", undefined)
    readings.now = undefined
    assert.isUndefined(ready("*/*", undefined))
  }).pipe(Effect.provide(layer))
)
