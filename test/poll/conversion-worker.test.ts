import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { UpstreamResponse } from "../../src/client/exchange.ts"
import { compileTransform, type TransformSpec } from "../../src/config/transform-spec.ts"
import * as ConversionWorker from "../../src/poll/conversion-worker.ts"
import { Converter, convert } from "../../src/poll/convert-response.ts"
import { freshResponse } from "./fresh-response.ts"
import { aTarget } from "./polled-target.ts"

const mapping = {
  metrics: { app_nodes: { value: { count: "nodes[*]" }, help: "Nodes." } },
  each: [{ path: "nodes[*]", labels_from: { node: "id" }, metrics: { app_cpu_usage_ratio: "cpu" } }]
}
const target = (change: Partial<TransformSpec> = {}) => {
  const spec = { mapping, labels: { site: "ams1" }, maxSeries: 1000, ...change }
  return aTarget("a", { spec, maxSeries: spec.maxSeries, transform: compileTransform(spec) })
}
const fresh = (body: string) =>
  freshResponse(body, { validators: { url: "http://shop.test/", etag: '"1"', lastModified: undefined } })
const nodes = (count: number) =>
  JSON.stringify({ nodes: Array.from({ length: count }, (_, index) => ({ id: `n${index}`, cpu: index / 7 })) })

const program = (name: string) => () => new Worker(join(import.meta.dirname, name))
const startWorker = program("conversion-worker-program.ts")
/** Options of the worker. `sizes` gets the response sizes that the heaps were prepared for. */
const threads = (start: () => Worker, sizes: Array<number> = []): ConversionWorker.WorkerOptions => ({
  start,
  makeRoom: (bytes) => void sizes.push(bytes)
})
const onThread = ConversionWorker.layer(threads(startWorker), 0)

it.effect.each([
  { what: "a few series", target: target(), body: nodes(3) },
  { what: "blocks too large to share their memory", target: target({ maxSeries: 1e6 }), body: nodes(20_000) },
  { what: "no mapping", target: target({ mapping: undefined }), body: nodes(3) },
  {
    what: "samples that are dropped",
    target: target(),
    body: '{"nodes":[{"id":"n1"},{"id":"n1","cpu":1},{"cpu":"x"}]}'
  },
  { what: "more than max_series", target: target({ maxSeries: 2 }), body: nodes(3) },
  { what: "a body that is not JSON", target: target(), body: '{"nodes":[' }
])("the worker converts like the main thread: $what", ({ target, body }) =>
  Effect.gen(function* () {
    const converted = yield* (yield* Converter)(target, fresh(body))
    assert.deepStrictEqual(converted, asSent(convert(target, fresh(body))))
  }).pipe(Effect.provide(onThread))
)

it.effect("the worker converts the documents of rows, also one that several rows share", () => {
  const each = [{ path: "nodes[*]", labels_from: { node: "id" }, get: { url: "/{id}" }, metrics: { load: "load" } }]
  const detailed = target({ mapping: { each } })
  const response = (): UpstreamResponse => {
    const shared = Buffer.from(new TextEncoder().encode(`{"load":7,"pad":"${"x".repeat(100_000)}"}`).buffer)
    return {
      ...fresh('{"nodes":[{"id":1},{"id":2},{"id":3}]}'),
      details: [[shared, "status 500", shared]]
    } as UpstreamResponse
  }
  return Effect.gen(function* () {
    const expected = asSent(convert(detailed, response()))
    assert.strictEqual(expected._tag === "Good" && expected.result?.series, 2)
    assert.isBelow(expected.bytes ?? 0, 101_000)
    assert.deepStrictEqual(yield* (yield* Converter)(detailed, response()), expected)
  }).pipe(Effect.provide(onThread))
})

/** A value as another thread receives it, without prototypes: a Buffer becomes a Uint8Array. */
const asSent = <A>(value: A): A => structuredClone(value)

it.effect("a worker that fails makes its polls fail, and the next poll starts a new one", () => {
  let started = 0
  const start = () => (started++ === 0 ? new Worker("throw new Error('out of memory')", { eval: true }) : startWorker())
  return Effect.gen(function* () {
    const convert = yield* Converter
    const first = yield* convert(target(), fresh(nodes(1)))
    assert.deepStrictEqual(first, {
      _tag: "Failed",
      reason: "internal",
      message: "the response could not be converted: out of memory"
    })
    const second = yield* convert(target(), fresh(nodes(1)))
    assert.strictEqual(second._tag, "Good")
  }).pipe(Effect.provide(ConversionWorker.layer(threads(start), 0)))
})

it.effect("small responses are converted in the main thread", () =>
  Effect.gen(function* () {
    const outcome = yield* (yield* Converter)(target(), fresh(nodes(1)))
    assert.strictEqual(outcome._tag, "Good")
  }).pipe(Effect.provide(ConversionWorker.layer(threads(() => assert.fail("no thread is needed")))))
)

it.effect(
  "a response equal to the last but one is converted again, since its lines are released when the worker converts",
  () =>
    Effect.gen(function* () {
      const convert = yield* Converter
      const one = target()
      const blocksOf = (body: string) =>
        Effect.map(convert(one, fresh(body)), (outcome) =>
          outcome._tag === "Good" ? outcome.result?.blocks : undefined
        )
      const [small, large] = [nodes(1), nodes(50)]
      yield* blocksOf(small)
      const blocks = yield* blocksOf(small)
      assert.strictEqual(yield* blocksOf(small), blocks)
      yield* blocksOf(large)
      assert.notStrictEqual(yield* blocksOf(small), blocks)
    }).pipe(Effect.provide(ConversionWorker.layer(threads(startWorker), nodes(50).length)))
)

it.effect("the heaps are prepared for large responses as long as the worker lives", () => {
  const sizes: Array<number> = []
  return Effect.gen(function* () {
    const body = nodes(3)
    yield* Effect.provide(
      Effect.flatMap(Converter, (convert) => convert(target(), fresh(body))),
      ConversionWorker.layer(threads(startWorker, sizes), 0)
    )
    assert.deepStrictEqual(sizes, [body.length, 0])
  })
})
