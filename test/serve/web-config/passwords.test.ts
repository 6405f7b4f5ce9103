import { assert, it } from "@effect/vitest"
import { hashSync } from "bcryptjs"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { makePasswords } from "../../../src/serve/web-config/passwords.ts"

const users = { alice: hashSync("open: sesame", 4) }
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`

it.effect.each([
  ["the right password, a colon in it", basic("alice:open: sesame"), true],
  ["the scheme in other letters", basic("alice:open: sesame").replace("Basic", "bASIC"), true],
  ["a wrong password", basic("alice:sesame"), false],
  ["no password", basic("alice"), false],
  ["a user that there is not", basic("bob:open: sesame"), false],
  ["a name that every object has", basic("constructor:x"), false],
  ["another scheme", "Bearer abc", false],
  ["nothing", undefined, false]
] as const)("%s", ([, authorization, welcome]) =>
  Effect.gen(function* () {
    const check = yield* makePasswords
    assert.strictEqual(yield* check(users, authorization), welcome)
    assert.strictEqual(yield* check(users, authorization), welcome)
  })
)

it.live("a user that there is not is refused no sooner than a wrong password", () =>
  Effect.gen(function* () {
    const check = yield* makePasswords
    const costly = { alice: hashSync("open", 10) }
    const [known] = yield* Effect.timed(check(costly, basic("alice:wrong")))
    const [unknown] = yield* Effect.timed(check(costly, basic("bob:wrong")))
    const [cheap] = yield* Effect.timed(check({ alice: hashSync("open", 4) }, basic("bob:wrong")))
    // six steps of cost are 64 times the work: the two of one cost lie far nearer to each other than to the cheap one
    assert.isAbove(Duration.toMillis(unknown), Duration.toMillis(known) / 4)
    assert.isBelow(Duration.toMillis(cheap), Duration.toMillis(unknown) / 2)
  })
)

it.live("a password that was right once is not hashed again, until its hash changes", () =>
  Effect.gen(function* () {
    const check = yield* makePasswords
    const slow = { alice: hashSync("open", 10) }
    const [once] = yield* Effect.timed(check(slow, basic("alice:open")))
    const again = Effect.all(Array.from({ length: 10 }, () => check(slow, basic("alice:open"))))
    const [tenTimes, welcome] = yield* Effect.timed(again)
    assert.isTrue(welcome.every((one) => one))
    assert.isBelow(Duration.toMillis(tenTimes), Duration.toMillis(once))
    assert.isFalse(yield* check({ alice: hashSync("shut", 4) }, basic("alice:open")))
  })
)
