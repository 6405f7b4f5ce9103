import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Channel, open } from "./channel.ts"

/** systemd would kill a daemon that owes it signs of life and cannot give them, again and again: better not to start. */
export class CannotNotify extends Data.TaggedError("CannotNotify")<{ readonly period: Duration.Duration }> {
  override get message() {
    return `systemd wants a sign of life every ${Duration.format(this.period)} (WatchdogSec=), and none can be sent: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET`
  }
}

/** How often the watchdog wants to hear from this very process (sd_watchdog_enabled(3)); nothing if it does not. */
const watchdogPeriod = (env: NodeJS.ProcessEnv): Duration.Duration | undefined => {
  const { WATCHDOG_USEC: period = "", WATCHDOG_PID: pid = "" } = env
  return Number(period) > 0 && (pid === "" || Number(pid) === process.pid)
    ? Duration.millis(Number(period) / 1000)
    : undefined
}

/** Microseconds of CLOCK_MONOTONIC, by which systemd tells this reload from an earlier one. */
const monotonicMicros = () => process.hrtime.bigint() / 1000n

/** Tells the service manager how the daemon fares (sd_notify(3)); without one, and when it does not listen, all of it does nothing. */
export class Notify extends Context.Service<
  Notify,
  {
    /** The port is bound and the configuration good; also the end of a reload. */
    readonly ready: Effect.Effect<void>
    /** Keeps the line that `systemctl status` shows at `text`, which is looked at once a second; ends at once where nobody listens. */
    readonly status: <R>(text: Effect.Effect<string, never, R>) => Effect.Effect<void, never, R>
    readonly reloading: Effect.Effect<void>
    /** The daemon goes down, and may take this long however short TimeoutStopSec= is. */
    readonly stopping: (within: Duration.Duration) => Effect.Effect<void>
    /** Gives a sign of life twice a watchdog period for as long as `healthy` says so; ends at once where no watchdog waits. */
    readonly watchdog: <R>(healthy: Effect.Effect<boolean, never, R>) => Effect.Effect<void, never, R>
  }
>()("poller/Notify") {
  static readonly layer: Layer.Layer<Notify, CannotNotify> = Layer.effect(
    Notify,
    Effect.gen(function* () {
      if (!process.env.NOTIFY_SOCKET) return silent
      const period = watchdogPeriod(process.env)
      const channel = yield* open("STATUS=starting")
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
  reloading: Effect.void,
  stopping: () => Effect.void,
  watchdog: () => Effect.void
})
