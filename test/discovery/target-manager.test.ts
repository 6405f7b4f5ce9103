import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { BadStatus, type UpstreamError } from "../../src/client/errors.ts"
import type { UpstreamResponse } from "../../src/client/exchange.ts"
import { HttpClient } from "../../src/client/http-client.ts"
import * as TargetManager from "../../src/discovery/target-manager.ts"
import { initialDaemonStatus } from "../../src/poll/daemon-status.ts"
import { everything, type Ownership, shardOwnership } from "../../src/poll/ownership.ts"
import * as Scheduler from "../../src/poll/scheduler.ts"
import { StateStore } from "../../src/poll/state-store.ts"
import { load } from "../config/loading.ts"
import { freshResponse } from "../poll/fresh-response.ts"

const seconds = Duration.seconds

const responseOf = (document: unknown, contentType = "application/json"): Effect.Effect<UpstreamResponse> =>
  Effect.succeed(freshResponse(typeof document === "string" ? document : JSON.stringify(document), { contentType }))
const down: Effect.Effect<UpstreamResponse, UpstreamError> = Effect.fail(new BadStatus({ status: 503 }))

const list = (...targets: ReadonlyArray<string>) => responseOf([{ targets }])

/** A server whose list of targets the test sets, targets that all respond, and a log that the test reads. */
const makeSetup = () => {
  const setup = {
    list: list() as Effect.Effect<UpstreamResponse, UpstreamError>,
    readings: 0,
    log: [] as Array<string>
  }
  const upstream = Layer.succeed(HttpClient, {
    open: ({ url }) =>
      Effect.succeed(() =>
        Effect.suspend(() => {
          if (url.hostname !== "inventory.test") return responseOf({ up: 1 })
          setup.readings++
          return setup.list
        })
      )
  })
  const logger = Logger.make(({ message, fiber }) => {
    const { source: _, ...annotations } = fiber.getRef(References.CurrentLogAnnotations)
    setup.log.push([String(message), ...Object.values(annotations)].join(" "))
  })
  const store = StateStore.layer(initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0))
  return Object.assign(setup, { layer: Layer.mergeAll(store, upstream, Logger.layer([logger])) })
}

const withSetup =
  (body: (setup: ReturnType<typeof makeSetup>) => Effect.Effect<void, never, StateStore | HttpClient | Scope.Scope>) =>
  () => {
    const setup = makeSetup()
    return Effect.provide(body(setup), setup.layer)
  }

const configuration = (yaml: string) =>
  load(`mappings: { node: { metrics: { node_up: { value: up, help: Up. } } } }\ndefaults: { interval: 10s }\n${yaml}`)

const fromHttp = configuration("targets_from: { http: 'http://u:hush@inventory.test/', mapping: node }")

/** Starts a manager with a configuration. It follows the lists of its sources. */
const start = Effect.fnUntraced(function* (ownership: Ownership = everything, given = fromHttp) {
  const scheduler = yield* Scheduler.makeScheduler(seconds(1), 1000)
  const manager = yield* TargetManager.makeTargetManager(scheduler, ownership)
  yield* manager.apply(given)
  yield* Effect.forkScoped(manager.run)
  yield* TestClock.adjust(0)
  return manager
})

const names = Effect.map(StateStore, (store) =>
  store
    .statuses()
    .map(({ target }) => target.name)
    .sort()
)
const source = Effect.map(StateStore, (store) => store.daemon().sources[0])

it.effect(
  "the listed targets are polled, and the list is read again every minute",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1", "b:1")
      yield* start()
      assert.deepStrictEqual(yield* names, ["a:1", "b:1"])
      setup.list = list("b:1", "c:1")
      yield* TestClock.adjust(seconds(59))
      assert.deepStrictEqual(yield* names, ["a:1", "b:1"])
      yield* TestClock.adjust(seconds(1))
      assert.deepStrictEqual(yield* names, ["b:1", "c:1"])
      const store = yield* StateStore
      assert.isAtLeast(store.status("b:1")?.polls ?? 0, 6)
      assert.strictEqual(store.status("c:1")?.polls, 1)
      assert.include(setup.log, "targets changed 2 1 0 1")
    })
  )
)

for (const [why, bad, line] of [
  ["that is down", down, "http://inventory.test/: status 503"],
  [
    "whose content-type is not JSON",
    responseOf([{ targets: ["x:1"] }], "text/html"),
    "http://inventory.test/: the response's content-type is not application/json"
  ],
  [
    "whose response is not JSON",
    responseOf("[{]"),
    "http://inventory.test/: not JSON: expected a key at line 1, column 3"
  ],
  ["whose response is not a list", responseOf({}), "http://inventory.test/: expected a list"]
] as const) {
  it.effect(
    `for a server ${why}, the last good list is kept, and the log has one line, and one when it is good again`,
    withSetup((setup) =>
      Effect.gen(function* () {
        setup.list = list("a:1")
        yield* start()
        setup.list = bad
        yield* TestClock.adjust(seconds(600))
        assert.strictEqual(setup.readings, 11)
        assert.deepStrictEqual(yield* names, ["a:1"])
        assert.deepInclude(yield* source, { attempted: true, targets: 1, lastSuccess: 0, problems: [line] })
        setup.list = list("a:1", "b:1")
        yield* TestClock.adjust(seconds(60))
        assert.deepStrictEqual(yield* names, ["a:1", "b:1"])
        assert.deepInclude(yield* source, { targets: 2, lastSuccess: 660_000, problems: [] })
        assert.deepStrictEqual(
          setup.log.filter((text) => text.startsWith("targets_from")),
          [`targets_from failed ${line}`, "targets_from good again"]
        )
      })
    )
  )
}

it.effect(
  "a server that is down from the start has no targets until it is up",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = down
      yield* start()
      assert.deepInclude(yield* source, { attempted: true, targets: 0, lastSuccess: undefined })
      setup.list = list("a:1")
      yield* TestClock.adjust(seconds(60))
      assert.deepStrictEqual(yield* names, ["a:1"])
    })
  )
)

it.effect(
  "a bad target affects no other; the log has the first ten and the number of the rest, once",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1", ...Array.from({ length: 25 }, (_, n) => `bad ${n}`))
      yield* start()
      yield* TestClock.adjust(seconds(300))
      assert.deepStrictEqual(yield* names, ["a:1"])
      assert.strictEqual((yield* source)?.problems.length, 25)
      const lines = setup.log.filter((text) => text.startsWith("targets_from failed"))
      assert.strictEqual(lines.length, 11)
      assert.strictEqual(lines.at(-1), "targets_from failed 15 more")
    })
  )
)

it.effect(
  "a reload reads the sources again, keeps the last list of one that is down, and removes the targets of one that is gone",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1")
      const manager = yield* start()
      setup.list = down
      yield* manager.apply(
        configuration("targets_from: { http: 'http://inventory.test/', mapping: node, labels: { x: y } }")
      )
      yield* TestClock.adjust(0)
      assert.strictEqual(setup.readings, 2)
      assert.deepStrictEqual(yield* names, ["a:1"])
      const store = yield* StateStore
      assert.deepInclude(store.status("a:1")?.target.spec.labels, { x: "y" })
      yield* manager.apply(configuration("targets: [{ name: own, url: 'http://own.test/', mapping: node }]"))
      assert.deepStrictEqual(yield* names, ["own"])
      assert.deepStrictEqual(store.daemon().sources, [])
    })
  )
)

it.effect(
  "each listed target is polled by exactly one shard",
  withSetup((setup) =>
    Effect.gen(function* () {
      const all = Array.from({ length: 20 }, (_, n) => `a:${n + 1}`)
      setup.list = list(...all)
      const polled: Array<string> = []
      for (const ordinal of [0, 1, 2]) {
        const process = makeSetup()
        process.list = setup.list
        yield* Effect.gen(function* () {
          yield* start(shardOwnership({ ordinal, total: 3 }))
          polled.push(...(yield* names))
          assert.strictEqual((yield* source)?.targets, 20)
        }).pipe(Effect.scoped, Effect.provide(process.layer))
      }
      assert.sameMembers(polled, all)
      assert.strictEqual(polled.length, all.length)
    })
  )
)

it.effect(
  "no secret of a source's URL is logged or shown",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = down
      yield* start()
      assert.notInclude(JSON.stringify([setup.log, yield* source]), "hush")
      assert.isAbove(setup.log.length, 0)
    })
  )
)

/** An ownership that the test changes. */
const makeOwnership = (owned: Set<string>, kept = new Set<string>()) => {
  const latch = Latch.makeUnsafe(false)
  const ownership: Ownership = {
    ...everything,
    owns: (name) => owned.has(name),
    keeps: (name) => kept.has(name),
    isTakeover: () => true,
    changes: Effect.andThen(latch.await, latch.close)
  }
  return { ownership, owned, kept, changed: Effect.andThen(latch.open, TestClock.adjust(0)) }
}

it.effect(
  "a target is polled at once when this process takes it over, and no longer when another process owns it",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1", "b:1", "c:1")
      const { ownership, owned, changed } = makeOwnership(new Set(["a:1", "b:1"]))
      yield* start(ownership)
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* names, ["a:1", "b:1"])
      const store = yield* StateStore
      const polls = store.status("b:1")?.polls ?? 0
      assert.isAbove(polls, 0)
      owned.delete("a:1")
      owned.add("c:1")
      yield* changed
      assert.deepStrictEqual(yield* names, ["b:1", "c:1"])
      assert.strictEqual(store.status("c:1")?.polls, 1)
      yield* TestClock.adjust(seconds(10))
      assert.strictEqual(store.status("b:1")?.polls, polls + 1)
      assert.strictEqual((yield* source)?.targets, 3)
      assert.strictEqual(setup.log.length, 0)
    })
  )
)

it.effect(
  "the series of a target stay until its new owner has polled it, for at most an interval",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1", "b:1", "c:1")
      const { ownership, owned, kept, changed } = makeOwnership(new Set(["a:1", "b:1", "c:1"]))
      yield* start(ownership)
      yield* TestClock.adjust(seconds(10))
      const store = yield* StateStore
      const polls = ["a:1", "b:1"].map((name) => store.status(name)?.polls)
      for (const name of ["a:1", "b:1"]) {
        owned.delete(name)
        kept.add(name)
      }
      yield* changed
      yield* TestClock.adjust(seconds(5))
      assert.deepStrictEqual(yield* names, ["a:1", "b:1", "c:1"])
      assert.deepStrictEqual(
        ["a:1", "b:1"].map((name) => store.status(name)?.polls),
        polls
      )
      assert.strictEqual(store.status("a:1")?.series, 1)
      assert.deepStrictEqual(store.overdue(Number.MAX_SAFE_INTEGER), ["c:1"])
      kept.delete("a:1")
      yield* changed
      assert.deepStrictEqual(yield* names, ["b:1", "c:1"])
      yield* TestClock.adjust(seconds(5))
      assert.deepStrictEqual(yield* names, ["c:1"])
    })
  )
)

it.effect(
  "a target that comes back while its series are kept is polled again",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.list = list("a:1", "b:1")
      const { ownership, owned, kept, changed } = makeOwnership(new Set(["a:1", "b:1"]))
      yield* start(ownership)
      yield* TestClock.adjust(seconds(10))
      owned.delete("a:1")
      kept.add("a:1")
      yield* changed
      owned.add("a:1")
      kept.delete("a:1")
      yield* changed
      const store = yield* StateStore
      assert.strictEqual(store.status("a:1")?.polls, 1)
      yield* TestClock.adjust(seconds(20))
      assert.isAbove(store.status("a:1")?.polls ?? 0, 1)
    })
  )
)
