import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"

/** The problems of a configuration, one line each. It is in force if there are none. */
export type ReloadProblems = ReadonlyArray<string>

/** Requests to load the configuration again: by a signal, by HTTP, or because it has changed. */
export class ReloadQueue extends Context.Service<
  ReloadQueue,
  {
    /** Requests a reload that starts after now, and waits for its end. */
    readonly request: Effect.Effect<ReloadProblems>
    /** Waits for a request. All waiting requests share one reload. The returned function completes them. */
    readonly next: Effect.Effect<(problems: ReloadProblems) => Effect.Effect<void>>
  }
>()("poller/ReloadQueue") {
  static readonly layer = Layer.sync(ReloadQueue, () => {
    let waiting: Array<Deferred.Deferred<ReloadProblems>> = []
    const requested = Latch.makeUnsafe(false)
    return ReloadQueue.of({
      request: Effect.gen(function* () {
        const done = yield* Deferred.make<ReloadProblems>()
        waiting.push(done)
        requested.openUnsafe()
        return yield* Deferred.await(done)
      }),
      next: Effect.map(requested.await, () => {
        const taken = waiting
        waiting = []
        requested.closeUnsafe()
        return (problems) => Effect.forEach(taken, (done) => Deferred.succeed(done, problems), { discard: true })
      })
    })
  })
}
