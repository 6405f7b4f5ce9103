import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { UpstreamResponse } from "../../src/client/exchange.ts"
import { compileTransform, type TransformSpec } from "../../src/config/transform-spec.ts"
import * as ConversionWorker from "../../src/poll/conversion-worker.ts"
import { Converter, convert } from "../../src/poll/convert-response.ts"
import { aTarget } from "./polled-target.ts"

const mapping = {
  metrics: { app_nodes: { value: { count: "nodes[*]" }, help: "Nodes." } },
  each: [{ path: "nodes[*]", labels_from: { node: "id" }, metrics: { app_cpu_usage_ratio: "cpu" } }]
}
const target = (recipe: Partial<TransformSpec> = {}) => {
  const whole = { mapping, labels: { site: "ams1" }, maxSeries: 1000, ...recipe }
  return aTarget("a", { spec: whole, maxSeries: whole.maxSeries, transform: compileTransform(whole) })
}
const fresh = (text: string): UpstreamResponse => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(text),
  validators: { url: "http://shop.test/", etag: '"1"', lastModified: undefined }
})
const nodes = (count: number) =>
  JSON.stringify({ nodes: Array.from({ length: count }, (_, index) => ({ id: `n${index}`, cpu: index / 7 })) })

const program = (name: string) => () => new Worker(join(import.meta.dirname, name))
const works = program("conversion-worker-program.ts")
/** Threads, and the sizes of answers that the heaps were prepared for. */
const threads = (start: () => Worker, sizes: Array<number> = []): ConversionWorker.WorkerOptions => ({
  start,
  makeRoom: (bytes) => void sizes.push(bytes)
})
const onThread = ConversionWorker.layer(threads(works), 0)

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
  { what: "no JSON", target: target(), body: '{"nodes":[' }
])("the worker converts like the main thread: $what", ({ target, body }) =>
  Effect.gen(function* () {
    const elsewhere = yield* (yield* Converter)(target, fresh(body))
    assert.deepStrictEqual(elsewhere, asSent(convert(target, fresh(body))))
  }).pipe(Effect.provide(onThread))
)

it.effect("the worker converts the documents of rows, also those that rows share", () => {
  const each = [{ path: "nodes[*]", labels_from: { node: "id" }, get: { url: "/{id}" }, metrics: { load: "load" } }]
  const detailed = target({ mapping: { each } })
  const answer = (): UpstreamResponse => {
    const shared = Buffer.from(new TextEncoder().encode(`{"load":7,"pad":"${"x".repeat(100_000)}"}`).buffer)
    return {
      ...fresh('{"nodes":[{"id":1},{"id":2},{"id":3}]}'),
      details: [[shared, "status 500", shared]]
    } as UpstreamResponse
  }
  return Effect.gen(function* () {
    const here = asSent(convert(detailed, answer()))
    assert.strictEqual(here._tag === "Good" && here.result?.series, 2)
    assert.isBelow(here.bytes ?? 0, 101_000)
    assert.deepStrictEqual(yield* (yield* Converter)(detailed, answer()), here)
  }).pipe(Effect.provide(onThread))
})

/** What is sent to another thread loses its prototypes: a Buffer arrives as a Uint8Array. */
const asSent = <A>(value: A): A => structuredClone(value)

it.effect("a worker that dies fails its polls, and the next poll starts a new one", () => {
  let started = 0
  const start = () => (started++ === 0 ? new Worker("throw new Error('out of memory')", { eval: true }) : works())
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
  "a response like the one before the last is converted again, if the worker converted the last one, since its memory is released",
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
      const known = yield* blocksOf(small)
      assert.strictEqual(yield* blocksOf(small), known)
      yield* blocksOf(large)
      assert.notStrictEqual(yield* blocksOf(small), known)
    }).pipe(Effect.provide(ConversionWorker.layer(threads(works), nodes(50).length)))
)

it.effect("the heaps have room for large responses as long as there is a worker", () => {
  const sizes: Array<number> = []
  return Effect.gen(function* () {
    const body = nodes(3)
    yield* Effect.provide(
      Effect.flatMap(Converter, (convert) => convert(target(), fresh(body))),
      ConversionWorker.layer(threads(works, sizes), 0)
    )
    assert.deepStrictEqual(sizes, [body.length, 0])
  })
})
