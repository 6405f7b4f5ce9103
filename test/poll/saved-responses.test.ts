import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { layer, SavedResponses } from "../../src/poll/saved-responses.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { aTarget } from "./polled-target.ts"

const folder = temporaryFolder()

let number = 0
/** Runs a test with a new directory and the lines that are logged. */
const withStore = <A>(
  test: (it: { readonly directory: string; readonly log: Array<string> }) => Effect.Effect<A, unknown>
) => {
  const directory = join(folder, String(number++))
  const log: Array<string> = []
  const logger = Logger.make<unknown, void>((options) => void log.push(Logger.formatLogFmt.log(options)))
  return test({ directory, log }).pipe(Effect.provide(Layer.provideMerge(layer(directory), Logger.layer([logger]))))
}

const store = Effect.map(SavedResponses, (found) => {
  assert(found !== undefined)
  return found
})

const daily = (name = "daily", fingerprint = "1") =>
  aTarget(name, { interval: Duration.days(1), staleAfter: Duration.days(3), fingerprint: () => fingerprint })

const saved = (lastSuccess: number, body = '{"a": 1}') => ({
  at: lastSuccess - 500,
  seconds: 0.5,
  lastSuccess,
  response: {
    _tag: "Fresh" as const,
    status: 200,
    body: Buffer.from(body),
    validators: { etag: '"1"', lastModified: undefined } as never
  }
})

/** The clock of the machine, `by` milliseconds ahead. */
const withClock = (by: number) =>
  Effect.provideServiceEffect(
    Clock.Clock,
    Clock.clockWith((clock) =>
      Effect.succeed<Clock.Clock>(
        Object.assign(Object.create(clock), {
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + by),
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + by
        })
      )
    )
  )

it.live("a loaded response equals the saved one, and only its owner can read the file", () =>
  withStore(({ directory, log }) =>
    Effect.gen(function* () {
      const responses = yield* store
      const one = saved(Date.now() - 1000)
      yield* responses.save(daily(), one)
      expect(yield* responses.load(daily())).toMatchObject(one)
      const [file = ""] = readdirSync(directory)
      expect(readdirSync(directory)).toHaveLength(1)
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
      expect(statSync(directory).mode & 0o777).toBe(0o700)
      yield* responses.renew(daily(), one.lastSuccess + 10)
      expect(yield* responses.load(daily())).toMatchObject({ ...one, lastSuccess: one.lastSuccess + 10 })
      expect(yield* responses.load(daily("other"))).toBeUndefined()
      expect(log).toEqual([])
    })
  )
)

it.live("only targets with an interval of at least 5 minutes have saved responses", () =>
  withStore(() =>
    Effect.map(store, ({ isFor }) => {
      expect(isFor(aTarget("often", { interval: Duration.minutes(4) }))).toBe(false)
      expect(isFor(aTarget("seldom", { interval: Duration.minutes(5) }))).toBe(true)
    })
  )
)

it.live.each([
  { what: "is cut short", damage: (bytes: Buffer) => bytes.subarray(0, -1), problem: "it is damaged" },
  {
    what: "has another byte",
    damage: (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 120 ? byte ^ 1 : byte))),
    problem: "it is damaged"
  },
  { what: "is empty", damage: () => Buffer.alloc(0), problem: "another program or version has written it" },
  {
    what: "is something else",
    damage: () => Buffer.from("<html>"),
    problem: "another program or version has written it"
  }
])("a file that $what is ignored, with a line in the log", ({ damage, problem }) =>
  withStore(({ directory, log }) =>
    Effect.gen(function* () {
      const responses = yield* store
      yield* responses.save(daily(), saved(Date.now() - 1000))
      const file = join(directory, readdirSync(directory)[0] ?? "")
      writeFileSync(file, damage(readFileSync(file)))
      expect(yield* responses.load(daily())).toBeUndefined()
      expect(log).toEqual([expect.stringContaining(`problem="${problem}"`)])
    })
  )
)

it.live("a response of another configuration or from the future is ignored with a line, a stale one without", () =>
  withStore(({ log }) =>
    Effect.gen(function* () {
      const responses = yield* store
      yield* responses.save(daily(), saved(Date.now() - 1000))
      expect(yield* responses.load(daily("daily", "2"))).toBeUndefined()
      expect(yield* withClock(-3_600_000)(responses.load(daily()))).toBeUndefined()
      expect(log).toEqual([
        expect.stringContaining('problem="the configuration of the target has changed"'),
        expect.stringContaining('problem="it is from the future: the clock was set back"')
      ])
      expect(yield* withClock(4 * 86_400_000)(responses.load(daily()))).toBeUndefined()
      expect(log).toHaveLength(2)
      expect(yield* responses.load(daily())).toBeDefined()
    })
  )
)

it.live("a hundred ignored files are ten lines", () =>
  withStore(({ log }) =>
    Effect.gen(function* () {
      const responses = yield* store
      for (let n = 0; n < 100; n++) {
        yield* responses.save(daily(`daily-${n}`), saved(Date.now() - 1000))
        yield* responses.load(daily(`daily-${n}`, "2"))
      }
      expect(log).toHaveLength(10)
      expect(log.at(-1)).toContain("further ones are not logged")
    })
  )
)

it.live("a missing directory is one line until a response can be saved again", () =>
  withStore(({ directory, log }) =>
    Effect.gen(function* () {
      const responses = yield* store
      rmSync(directory, { recursive: true })
      for (let n = 0; n < 3; n++) yield* responses.save(daily(), saved(Date.now() - 1000))
      const line = expect.stringMatching(/responses are not saved.*problem="no such file"/)
      expect(log).toEqual([line])
      mkdirSync(directory)
      yield* responses.save(daily(), saved(Date.now() - 1000))
      rmSync(directory, { recursive: true })
      yield* responses.save(daily(), saved(Date.now() - 1000))
      expect(log).toEqual([line, line])
    })
  )
)

/** The names in a directory after the cleanup, which runs in the background after the start. */
const namesAfterCleanup = (directory: string, gone: string) =>
  Effect.gen(function* () {
    yield* Layer.build(layer(directory))
    yield* Effect.promise(() => expect.poll(() => readdirSync(directory)).not.toContain(gone))
    // time in which a file that must stay could be removed
    yield* Effect.sleep(100)
    return readdirSync(directory).sort()
  }).pipe(Effect.scoped)

it.live("temporary files of a process that ended while it wrote are removed", () =>
  Effect.gen(function* () {
    const directory = mkdtempSync(join(folder, "left-"))
    for (const name of ["old.tmp", "new.tmp"]) writeFileSync(join(directory, name), "")
    utimesSync(join(directory, "old.tmp"), 0, 0)
    expect(yield* namesAfterCleanup(directory, "old.tmp")).toEqual(["new.tmp"])
  })
)

it.live("a stale response is removed, also of a target that no longer exists; no other file is", () =>
  withStore(({ directory }) =>
    Effect.gen(function* () {
      const responses = yield* store
      yield* responses.save(daily("gone"), saved(Date.now() - 4 * 86_400_000))
      const [gone = ""] = readdirSync(directory)
      const stale = readFileSync(join(directory, gone))
      yield* responses.save(daily("still"), saved(Date.now() - 2 * 86_400_000))
      const [still = ""] = readdirSync(directory).filter((name) => name !== gone)
      const others = ["0.response", "notes.txt", `${gone}.bak`, `z${gone.slice(1)}`]
      for (const name of others) writeFileSync(join(directory, name), stale)
      const damaged = `${"0".repeat(32)}.response`
      writeFileSync(join(directory, damaged), "poller response 2 0 damaged\n")
      expect(yield* namesAfterCleanup(directory, gone)).toEqual([...others, damaged, still].sort())
    })
  )
)

it.live("the end of the process waits for a response that is being written", () =>
  Effect.gen(function* () {
    const directory = join(folder, "ends")
    const one = saved(Date.now() - 1000)
    const save = Effect.flatMap(store, (responses) =>
      responses.inBackground(Effect.andThen(Effect.sleep(50), responses.save(daily(), one)))
    )
    yield* Effect.provide(save, layer(directory))
    const loaded = Effect.flatMap(store, (responses) => responses.load(daily()))
    expect(yield* Effect.provide(loaded, layer(directory))).toMatchObject(one)
  })
)

it.live("it does not wait for a disk that hangs", () =>
  Effect.flatMap(store, (responses) => responses.inBackground(Effect.never)).pipe(
    Effect.provide(layer(join(folder, "hangs")))
  )
)
