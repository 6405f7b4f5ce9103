import { execFile } from "node:child_process"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { loadFfi } from "./ffi.ts"

/**
 * The watchdog of systemd would kill a daemon that cannot send keep-alives, again and again. So the daemon does not
 * start.
 */
export class CannotNotify extends Data.TaggedError("CannotNotify")<{ readonly period: Duration.Duration }> {
  override get message() {
    return `systemd expects a keep-alive every ${Duration.format(this.period)} (WatchdogSec=), and none can be sent: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET`
  }
}

/**
 * A way to send `VARIABLE=value` lines to the service manager (sd_notify(3)). `send` returns whether they were sent.
 */
interface Channel {
  readonly name: "libsystemd" | "systemd-notify"
  readonly send: (state: string) => Effect.Effect<boolean>
}

/** Takes about 20 µs. The sender is the main process, the only one that `NotifyAccess=main` accepts. */
const libsystemd = (): Channel | undefined => {
  const ffi = loadFfi()
  if (ffi === undefined) return undefined
  try {
    const { functions } = ffi.dlopen("libsystemd.so.0", {
      sd_notify: { arguments: ["int32", "string"], return: "int32" }
    })
    return { name: "libsystemd", send: (state) => Effect.sync(() => functions.sd_notify(0, state) > 0) }
  } catch {
    return undefined
  }
}

/** Starts a child process for each message. For systems without node:ffi (before Node 26) or libsystemd. */
const systemdNotify: Channel = {
  name: "systemd-notify",
  send: (state) =>
    Effect.callback((resume) => {
      execFile("systemd-notify", state.split("\n"), { timeout: 5000 }, (error) =>
        resume(Effect.succeed(error === null))
      )
    })
}

/**
 * The first channel that can send `greeting`. systemd listens on a datagram socket of AF_UNIX, which Node does not
 * have.
 */
export const openChannel = Effect.fnUntraced(function* (greeting: string) {
  for (const channel of [libsystemd(), systemdNotify]) {
    if (channel !== undefined && (yield* channel.send(greeting))) return channel
  }
  return undefined
})

/** The period of the watchdog (sd_watchdog_enabled(3)). Undefined if it does not watch this process. */
const watchdogPeriod = (env: NodeJS.ProcessEnv): Duration.Duration | undefined => {
  const { WATCHDOG_USEC: period = "", WATCHDOG_PID: pid = "" } = env
  return Number(period) > 0 && (pid === "" || Number(pid) === process.pid)
    ? Duration.millis(Number(period) / 1000)
    : undefined
}

/** Microseconds of CLOCK_MONOTONIC. systemd distinguishes reloads by them. */
const monotonicMicros = () => process.hrtime.bigint() / 1000n

/**
 * Reports the state of the daemon to the service manager (sd_notify(3)). Without a service manager it does nothing.
 */
export class Notify extends Context.Service<
  Notify,
  {
    /** The port is bound and the configuration is valid. Also sent at the end of a reload. */
    readonly ready: Effect.Effect<void>
    /** Evaluates `text` once a second, and updates the line `Status` of `systemctl status`. */
    readonly status: <R>(text: Effect.Effect<string, never, R>) => Effect.Effect<void, never, R>
    /** Why the daemon does not start: `systemctl status` shows it for a unit that has failed. */
    readonly failed: (why: string) => Effect.Effect<void>
    readonly reloading: Effect.Effect<void>
    /** The stop has begun and takes up to `within`, even if TimeoutStopSec= is shorter. */
    readonly stopping: (within: Duration.Duration) => Effect.Effect<void>
    /** Sends two keep-alives in each period of the watchdog while `healthy`. Returns at once without a watchdog. */
    readonly watchdog: <R>(healthy: Effect.Effect<boolean, never, R>) => Effect.Effect<void, never, R>
  }
>()("poller/Notify") {
  static readonly layer: Layer.Layer<Notify, CannotNotify> = Layer.effect(
    Notify,
    Effect.gen(function* () {
      if (!process.env.NOTIFY_SOCKET) return silent
      const period = watchdogPeriod(process.env)
      const channel = yield* openChannel("STATUS=starting")
      if (channel === undefined) {
        if (period !== undefined) return yield* new CannotNotify({ period })
        yield* Effect.logWarning(
          "cannot notify systemd: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET"
        )
        return silent
      }
      if (channel.name === "systemd-notify") {
        yield* Effect.logWarning(
          "notifying systemd through the command systemd-notify, for which the unit needs NotifyAccess=all: node:ffi (Node 26) or libsystemd.so.0 is missing"
        )
      }
      return notifier(channel, period)
    })
  )
}

const notifier = ({ send }: Channel, period: Duration.Duration | undefined) => {
  return Notify.of({
    ready: send("READY=1"),
    status: Effect.fnUntraced(function* (text) {
      for (let shown = ""; ; ) {
        const now = yield* text
        if (now !== shown) yield* send(`STATUS=${now}`)
        shown = now
        yield* Effect.sleep("1 second")
      }
    }),
    failed: (why) => send(`STATUS=${why.replaceAll("\n", " ")}`),
    reloading: Effect.suspend(() => send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicros()}`)),
    stopping: (within) => send(`STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=${Duration.toMillis(within) * 1000}`),
    watchdog: Effect.fnUntraced(function* (healthy) {
      if (period === undefined) return
      for (;;) {
        if (yield* healthy) yield* send("WATCHDOG=1")
        yield* Effect.sleep(Duration.divideUnsafe(period, 2))
      }
    })
  })
}

const silent = Notify.of({
  ready: Effect.void,
  status: () => Effect.void,
  failed: () => Effect.void,
  reloading: Effect.void,
  stopping: () => Effect.void,
  watchdog: () => Effect.void
})
