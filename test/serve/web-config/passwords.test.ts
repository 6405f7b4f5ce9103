import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { assert, it } from "@effect/vitest"
import { hashSync } from "bcryptjs"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { makePasswords, type Verdict } from "../../../src/serve/web-config/passwords.ts"

const users = { alice: hashSync("open: sesame", 4) }
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`

const module = join(import.meta.dirname, "../../../src/serve/web-config/passwords.ts")
let workers = 0
const start = () => {
  workers++
  return new Worker(
    `import(${JSON.stringify(module)}).then((module) => module.runPasswordWorker(require("node:worker_threads").parentPort))`,
    { eval: true }
  )
}

const makeCheck = () => {
  const check = makePasswords(start)
  return (known: Readonly<Record<string, string>>, authorization: string | undefined, address = "192.0.2.1") => {
    const verdict = check(known, authorization, address)
    return Effect.isEffect(verdict) ? verdict : Effect.succeed(verdict)
  }
}

it.live.each([
  ["the right password, a colon in it", basic("alice:open: sesame"), "right"],
  ["the scheme in another case", basic("alice:open: sesame").replace("Basic", "bASIC"), "right"],
  ["a wrong password", basic("alice:sesame"), "wrong"],
  ["no password", basic("alice"), "wrong"],
  ["an unknown user", basic("bob:open: sesame"), "wrong"],
  ["a name that every object has", basic("constructor:x"), "wrong"],
  ["the password of the hash for unknown users", basic("bob:fakepassword"), "wrong"],
  ["another scheme", "Bearer abc", "wrong"],
  ["nothing", undefined, "wrong"]
] as const)("%s", ([, authorization, verdict]) =>
  Effect.gen(function* () {
    const check = makeCheck()
    assert.strictEqual(yield* check(users, authorization), verdict)
    assert.strictEqual(yield* check(users, authorization), verdict)
  })
)

/** All prefixes of bcrypt hashes are accepted. A damaged hash matches no password. */
it.live.each([
  ["$2a$", "right"],
  ["$2b$", "right"],
  ["$2x$", "right"],
  ["$2y$", "right"]
] as const)("a hash that begins with %s", ([prefix, verdict]) =>
  Effect.gen(function* () {
    const check = makeCheck()
    const hash = hashSync("open", 4).replace(/^\$2b\$/, prefix)
    assert.strictEqual(yield* check({ alice: hash }, basic("alice:open")), verdict)
    assert.strictEqual(yield* check({ alice: `${hash.slice(0, -1)}!` }, basic("alice:open")), "wrong")
    assert.strictEqual(yield* check({ alice: `${hash}x` }, basic("alice:open")), "wrong")
  })
)

it.live("an unknown user takes as long as a hash of cost 10, whatever the cost of the known users", () =>
  Effect.gen(function* () {
    const check = makeCheck()
    yield* check(users, basic("bob:first, which starts the worker"))
    const users10 = { alice: hashSync("open", 10) }
    /** Milliseconds of the fastest of three guesses: other load makes single ones slower. */
    const fastest = (known: Readonly<Record<string, string>>, user: string) =>
      Effect.forEach([1, 2, 3], (n) =>
        Effect.map(Effect.timed(check(known, basic(`${user}:wrong ${n}`))), ([time]) => Duration.toMillis(time))
      ).pipe(Effect.map((times) => Math.min(...times)))
    const known = yield* fastest(users10, "alice")
    const unknown = yield* fastest(users, "bob")
    // each step of the cost doubles the work
    assert.isAbove(unknown, known / 3)
    assert.isBelow(unknown, known * 3)
  })
)

it.live("a pair is hashed once, right or wrong, until the hash changes", () =>
  Effect.gen(function* () {
    const check = makePasswords(start)
    const hash = hashSync("open", 6)
    const verdict = (password: string, known = hash) =>
      check({ alice: known }, basic(`alice:${password}`), "192.0.2.1") as Effect.Effect<Verdict>
    assert.strictEqual(yield* verdict("open"), "right")
    assert.strictEqual(check({ alice: hash }, basic("alice:open"), "192.0.2.2"), "right")
    assert.strictEqual(yield* verdict("shut"), "wrong")
    assert.strictEqual(check({ alice: hash }, basic("alice:shut"), "192.0.2.2"), "wrong")
    const changed = hashSync("shut", 4)
    assert.strictEqual(yield* verdict("open", changed), "wrong")
    assert.strictEqual(yield* verdict("shut", changed), "right")
  })
)

it.live(
  "equal guesses are hashed once; different ones of an address wait up to a limit, and do not block other addresses",
  () =>
    Effect.gen(function* () {
      const before = workers
      const check = makeCheck()
      const guess = (password: string, address: string) => check(users, basic(`bob:${password}`), address)
      const same = Array.from({ length: 100 }, () => guess("same", "192.0.2.1"))
      const others = Array.from({ length: 20 }, (_, index) => guess(`other ${index}`, "192.0.2.1"))
      const right = check(users, basic("alice:open: sesame"), "192.0.2.2")
      const verdicts = yield* Effect.all([...same, ...others, right], { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(verdicts.slice(0, 100)), new Set(["wrong"]))
      assert.strictEqual(verdicts.filter((verdict) => verdict === "busy").length, 20 - 7)
      assert.strictEqual(verdicts.at(-1), "right")
      assert.strictEqual(workers, before + 1)
      // a guess that was refused as busy is not remembered as wrong
      assert.strictEqual(yield* guess("other 19", "192.0.2.1"), "wrong")
    })
)
