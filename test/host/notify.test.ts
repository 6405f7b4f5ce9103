import { spawnSync } from "node:child_process"
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { afterEach, beforeEach, expect, vi } from "vitest"
import { Notify } from "../../src/host/notify.ts"
import { isMissing } from "../system/counterpart.ts"
import { openReceiver } from "./receiver.ts"

let systemd: ReturnType<typeof openReceiver>

beforeEach(() => {
  systemd = openReceiver()
  vi.stubEnv("NOTIFY_SOCKET", systemd.path)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  systemd.close()
})

const withNotify = <A, E>(use: (notify: (typeof Notify)["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(Notify, use).pipe(Effect.provide(Notify.layer))

/** The value of an effect, and the lines that it logs. */
const withLog = <A, E>(effect: Effect.Effect<A, E>) => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
  return Effect.map(Effect.provide(effect, Logger.layer([logger])), (value) => ({ value, lines }))
}

it.effect("notifies systemd of the start, a reload and the stop", () =>
  withNotify((notify) =>
    Effect.gen(function* () {
      yield* notify.ready
      yield* notify.reloading
      yield* notify.ready
      yield* notify.stopping(Duration.seconds(11))
      const messages = systemd.received()
      const reloading = /^RELOADING=1\nMONOTONIC_USEC=([0-9]+)$/.exec(messages[2] ?? "")
      expect(messages).toEqual([
        "STATUS=starting",
        "READY=1",
        reloading?.[0],
        "READY=1",
        "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=11000000"
      ])
      const age = process.hrtime.bigint() / 1000n - BigInt(reloading?.[1] ?? 0)
      expect(age).toBeGreaterThanOrEqual(0n)
      expect(age).toBeLessThan(60_000_000n)
    })
  )
)

it.effect("sends the status when it changes", () =>
  withNotify((notify) =>
    Effect.gen(function* () {
      let up = 2
      yield* Effect.forkChild(notify.status(Effect.sync(() => `${up}/3 targets up`)))
      yield* TestClock.adjust("10 seconds")
      up = 3
      yield* TestClock.adjust("10 seconds")
      expect(systemd.received()).toEqual(["STATUS=starting", "STATUS=2/3 targets up", "STATUS=3/3 targets up"])
    })
  )
)

it.effect("sends two keep-alives in each watchdog period, and none while the daemon is not healthy", () => {
  vi.stubEnv("WATCHDOG_USEC", "10000000")
  vi.stubEnv("WATCHDOG_PID", String(process.pid))
  return withNotify((notify) =>
    Effect.gen(function* () {
      let isHealthy = true
      const countIn = (time: Duration.Input) =>
        Effect.map(
          TestClock.adjust(time),
          () => systemd.received().filter((message) => message === "WATCHDOG=1").length
        )
      yield* Effect.forkChild(notify.watchdog(Effect.sync(() => isHealthy)))
      assert.strictEqual(yield* countIn("1 second"), 1)
      assert.strictEqual(yield* countIn("10 seconds"), 2)
      isHealthy = false
      assert.strictEqual(yield* countIn("60 seconds"), 0)
      isHealthy = true
      assert.strictEqual(yield* countIn("5 seconds"), 1)
    })
  )
})

it.effect.each([
  { name: "no watchdog is set", env: {} },
  { name: "the watchdog waits for another process", env: { WATCHDOG_USEC: "10000000", WATCHDOG_PID: "1" } }
])("sends no keep-alive where $name", ({ env }) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  return withNotify((notify) =>
    Effect.gen(function* () {
      yield* notify.watchdog(Effect.succeed(true))
      expect(systemd.received()).toEqual(["STATUS=starting"])
    })
  )
})

it.effect("does nothing without NOTIFY_SOCKET", () => {
  vi.stubEnv("NOTIFY_SOCKET", undefined)
  vi.stubEnv("WATCHDOG_USEC", "10000000")
  const ffi = vi.spyOn(process, "getBuiltinModule")
  return Effect.gen(function* () {
    const { lines } = yield* withLog(
      withNotify((notify) =>
        Effect.all([
          notify.ready,
          notify.status(Effect.succeed("up")),
          notify.reloading,
          notify.stopping(Duration.seconds(1)),
          notify.watchdog(Effect.succeed(true))
        ])
      )
    )
    expect(lines).toEqual([])
    expect(ffi).not.toHaveBeenCalled()
    expect(systemd.received()).toEqual([])
  })
})

it.live("a socket that cannot be reached is one line in the log, and the daemon goes on", () => {
  vi.stubEnv("NOTIFY_SOCKET", "/nowhere/socket")
  return Effect.gen(function* () {
    const { lines } = yield* withLog(withNotify((notify) => notify.ready))
    expect(lines).toEqual(["cannot notify systemd: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET"])
  })
})

it.live("refuses to start if it cannot notify and the watchdog would kill it", () => {
  vi.stubEnv("NOTIFY_SOCKET", "/nowhere/socket")
  vi.stubEnv("WATCHDOG_USEC", "30000000")
  return Effect.gen(function* () {
    const error = yield* Effect.flip(withNotify((notify) => notify.ready))
    expect(error.message).toBe(
      "systemd expects a keep-alive every 30s (WatchdogSec=), and none can be sent: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET"
    )
  })
})

const noSystemdNotify = isMissing({
  name: "systemd-notify",
  probe: ["systemd-notify", "--version"],
  install: "apt-get install systemd"
})

it.live.skipIf(noSystemdNotify)("without node:ffi it uses systemd-notify, and logs that", () => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined)
  return Effect.gen(function* () {
    const { result, messages } = yield* Effect.promise(() =>
      systemd.during(Effect.runPromise(withLog(withNotify((notify) => notify.ready))))
    )
    expect(messages).toEqual(["STATUS=starting", "READY=1"])
    expect(result.lines).toEqual([expect.stringContaining("the unit needs NotifyAccess=all")])
  })
})

it("prints nothing on stderr, also no warning of an experimental feature", () => {
  const channel = JSON.stringify(new URL("../../src/host/notify.ts", import.meta.url))
  const program = `import * as Effect from "effect/Effect"
    import { openChannel } from ${channel}
    console.log((await Effect.runPromise(openChannel("READY=1")))?.name)`
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8"
  })
  expect({ stdout, stderr }).toEqual({ stdout: "libsystemd\n", stderr: "" })
  expect(systemd.received()).toEqual(["READY=1"])
})
