import { assert, describe, expect, it, test } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { lastReadOnly, releaseMemory } from "../../src/host/memory.ts"

const maps = `00400000-0082e000 r--p 00000000 fe:00 2147279                            /usr/bin/poller
0082e000-03489000 r-xp 0042e000 fe:00 2147279                            /usr/bin/poller
03489000-072a7000 r--p 03089000 fe:00 2147279                            /usr/bin/poller
072dc000-0735a000 rw-p 06edc000 fe:00 2147279                            /usr/bin/poller
0ef5b000-0fa2d000 r--p 06f5b000 fe:00 2147279                            /usr/bin/poller
116a8000-123bc000 rw-p 00000000 00:00 0                                  [heap]
7fae0dc1e000-7fae0dc44000 r--p 00000000 fe:00 338944                     /usr/lib/x86_64-linux-gnu/libc.so.6
`

describe("the last read-only part of a file in memory", () => {
  test("is found by its address and length", () =>
    expect(lastReadOnly(maps, "/usr/bin/poller")).toEqual({ address: 0x0ef5b000n, length: 0xad2000n }))

  test.each(["/bin/poller", "[heap]", ""])("is not found for another file: %j", (file) =>
    expect(lastReadOnly(maps, file)).toBe(undefined)
  )
})

it.effect("the release of memory does not end by itself", () =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(releaseMemory(Duration.seconds(5)))
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(fiber.pollUnsafe(), undefined)
    yield* Fiber.interrupt(fiber)
  })
)
