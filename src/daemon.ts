import { hostname } from "node:os"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Scope } from "effect/Scope"
import { ConfigurationService } from "./configuration-service.ts"
import * as TargetManager from "./discovery/target-manager.ts"
import type { Failure } from "./failure.ts"
import { hangup } from "./host/hangup.ts"
import { connections } from "./host/limits.ts"
import { makeRoom, releaseMemory } from "./host/memory.ts"
import { Notify } from "./host/notify.ts"
import { ProcessMetrics } from "./host/process-metrics.ts"
import { startWorker } from "./host/worker.ts"
import * as ConversionWorker from "./poll/conversion-worker.ts"
import { applyReload, initialDaemonStatus } from "./poll/daemon-status.ts"
import type { Ownership } from "./poll/ownership.ts"
import { ReloadQueue } from "./poll/reload-queue.ts"
import * as Scheduler from "./poll/scheduler.ts"
import type { Shard } from "./poll/shard.ts"
import { StateStore } from "./poll/state-store.ts"
import { healthProblems } from "./serve/health.ts"
import { defaultTimeouts, drainTime, type Listener, serve, showListener } from "./serve/server.ts"
import type { WebConfig } from "./serve/web-config/web-config.ts"
import { version } from "./version.ts"

export interface Daemon {
  /** The name of the configuration on the pages: its files, or `--target`. */
  readonly configuration?: string | undefined
  readonly listeners: ReadonlyArray<Listener>
  readonly web: WebConfig
  /** How long polls in flight may continue after a signal to stop. */
  readonly grace: Duration.Duration
  readonly shard: Shard
  /** Finds out which targets this process polls. Called when it listens. */
  readonly ownership: (bound: ReadonlyArray<Listener>) => Effect.Effect<Ownership, Failure, StateStore | Scope>
  /** Prints what is served for a person at a terminal, instead of the log line. */
  readonly announce?: ((bound: ReadonlyArray<Listener>) => Effect.Effect<void, never, StateStore>) | undefined
}

/**
 * Loads the configuration again. The old configuration stays if the new one has problems: each is logged, and a metric
 * and the status page show the failure.
 */
const reload = Effect.fnUntraced(function* (manager: TargetManager.TargetManager) {
  const store = yield* StateStore
  const configuration = yield* ConfigurationService
  const loaded = yield* Effect.result(configuration.load)
  const problems = Result.isFailure(loaded) ? loaded.failure.lines : []
  const now = yield* Clock.currentTimeMillis
  yield* store.updateDaemon((status) => applyReload(status, now, problems))
  if (Result.isFailure(loaded)) {
    for (const problem of problems) yield* Effect.annotateLogs(Effect.logError("reload failed"), { problem })
  } else yield* Effect.annotateLogs(Effect.logInfo("reloaded"), yield* manager.apply(loaded.success))
  return problems
})

/** Runs the requested reloads one after the other, and notifies systemd of each. */
const reloads = Effect.fnUntraced(function* (manager: TargetManager.TargetManager) {
  const notify = yield* Notify
  const queue = yield* ReloadQueue
  const { changed } = yield* ConfigurationService
  const serve = Effect.gen(function* () {
    const finish = yield* queue.next
    yield* notify.reloading
    const problems = yield* reload(manager)
    yield* notify.ready
    yield* finish(problems)
  })
  const triggers = [hangup, changed].map((trigger) => Effect.forever(Effect.andThen(trigger, queue.request)))
  return yield* Effect.all([Effect.forever(serve), ...triggers], { concurrency: "unbounded", discard: true })
})

/** Names of targets in the status line. */
const maxNames = 5

/** What `systemctl status` shows, such as `41/43 targets up, down: shop, fleet`. */
const summary = Effect.map(StateStore, (store) => {
  const statuses = store.statuses()
  const up = statuses.filter(({ last }) => last?.outcome._tag === "Good").length
  const down = statuses.filter(({ outage }) => outage !== undefined).map(({ target }) => target.name)
  const waiting = statuses.length - up - down.length
  const more = down.length > maxNames ? ` and ${down.length - maxNames} more` : ""
  return [
    `${up}/${statuses.length} targets up`,
    ...(down.length > 0 ? [`down: ${down.slice(0, maxNames).join(", ")}${more}`] : []),
    ...(waiting > 0 ? [`${waiting} not polled yet`] : []),
    ...(store.daemon().reload.successful ? [] : ["the last reload failed"])
  ].join(", ")
})

/** By then the start and the first polls of most targets are over. */
const startUp = Duration.seconds(5)

/** The result of /healthz. */
const healthy = Effect.map(healthProblems, (found) => found.length === 0)

/**
 * Runs the daemon. The loops are the main fiber, so the process ends if one of them fails. Resources are released in
 * the reverse order: at a stop first the loops end, within the grace, then the server.
 */
export const daemon = Effect.fnUntraced(function* (options: Daemon) {
  const { failed } = yield* Notify
  const configuration = yield* Effect.tapError((yield* ConfigurationService).load, ({ lines: [first = "", ...more] }) =>
    failed(more.length === 0 ? first : `${first} (and ${more.length} more)`)
  )
  const initial = initialDaemonStatus(version, process.versions.node, options.shard, yield* Clock.currentTimeMillis)
  const status = { ...initial, host: hostname(), configuration: options.configuration }

  return yield* Effect.gen(function* () {
    const notify = yield* Notify
    const bound = yield* serve(options.listeners, options.web, {
      connections: connections().clients,
      ...defaultTimeouts
    })
    const scheduler = yield* Scheduler.makeScheduler(options.grace, connections().polls)
    const ownership = yield* options.ownership(bound)
    yield* Effect.addFinalizer(() => notify.stopping(Duration.sum(options.grace, drainTime)))
    const manager = yield* TargetManager.makeTargetManager(scheduler, ownership)
    const { targets } = yield* manager.apply(configuration)
    const address = bound.map(showListener).join(",")
    if (options.announce === undefined)
      yield* Effect.annotateLogs(Effect.logInfo("polling"), { version, address, targets })
    yield* notify.ready
    const loops = [
      options.web.follow,
      scheduler.await,
      manager.run,
      reloads(manager),
      notify.status(summary),
      notify.watchdog(healthy),
      releaseMemory(startUp),
      options.announce?.(bound) ?? Effect.void
    ]
    return yield* Effect.all(loops, { concurrency: "unbounded", discard: true })
  }).pipe(
    Effect.scoped,
    Effect.tapError(({ message }) => failed(message)),
    Effect.onInterrupt(() => Effect.logInfo("stopped")),
    Effect.provide(Layer.merge(StateStore.layer(status), ReloadQueue.layer))
  )
})

/** The services that the daemon needs, beside the HTTP client. */
export const daemonServices = Layer.mergeAll(
  ProcessMetrics.layer,
  Notify.layer,
  ConversionWorker.layer({ start: () => startWorker("convert"), makeRoom })
)
