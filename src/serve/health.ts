import * as Effect from "effect/Effect"
import { monotonic } from "../poll/cadence.ts"
import { StateStore } from "../poll/state-store.ts"

/** Problems of the daemon itself: a line for each target whose loop is stuck. A failing upstream is no such problem. */
export const healthProblems = Effect.gen(function* () {
  const store = yield* StateStore
  const now = yield* monotonic
  return store.overdue(now).map((name) => `the poll loop of ${name} does not tick`)
})

/** Why the daemon is not ready: sources never read and targets never polled. A failed attempt is enough to be ready. */
export const notReady = Effect.map(StateStore, (store) => [
  ...(store.daemon().cluster?.isSettled === false ? ["it is not decided yet which targets this process polls"] : []),
  ...store
    .daemon()
    .sources.filter(({ attempted }) => !attempted)
    .map(({ name }) => `${name} was not asked for its targets yet`),
  ...store
    .statuses()
    .filter(({ polls, lastSuccess }) => polls === 0 && lastSuccess === undefined)
    .map(({ target }) => `${target.name} was not polled yet`)
])
