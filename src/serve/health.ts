import * as Effect from "effect/Effect"
import { monotonic } from "../poll/cadence.ts"
import { StateStore } from "../poll/state-store.ts"

/**
 * What is wrong with the daemon itself, one line a target whose loop is stuck; empty when all is well. Upstreams do not
 * enter into it.
 */
export const healthProblems = Effect.gen(function* () {
  const store = yield* StateStore
  const now = yield* monotonic
  return store.overdue(now).map((name) => `the poll loop of ${name} does not tick`)
})

/**
 * Targets that were not polled since the start, and sources that were not asked for theirs, whatever would come of it.
 */
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
