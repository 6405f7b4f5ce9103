import * as Effect from "effect/Effect"
import { format } from "../config/go-duration.ts"
import type { PollRecord } from "../poll/outcome.ts"
import { StateStore } from "../poll/state-store.ts"
import { showAddress } from "../serve/address.ts"
import type { Listener } from "../serve/server.ts"
import { version } from "../version.ts"
import { print } from "./output.ts"

/** The result of at most this many targets is printed. The others are only counted. */
const maxLines = 20

/** How often the state is checked until every target has been polled. */
const interval = "100 millis"

/** The URL of the pages for a browser on this machine. */
const pageOf = (listener: Listener): string =>
  "fd" in listener
    ? listener.name
    : `http://${showAddress({ host: listener.host ?? "localhost", port: listener.port })}/`

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`

const describe = (outcome: PollRecord["outcome"]): string => {
  if (outcome._tag === "Failed") return `down: ${outcome.message}`
  const dropped = outcome.dropped === 0 ? "" : `, ${plural(outcome.dropped, "dropped sample")}`
  return `${outcome.series ?? 0} series${dropped}`
}

/** Prints where the pages are and the result of the first poll of each target, for a user at a terminal. */
export const firstLook = Effect.fnUntraced(function* (listeners: ReadonlyArray<Listener>) {
  const store = yield* StateStore
  const say = (line: string) => Effect.ignore(print(process.stderr, `${line}\n`))
  for (const listener of listeners) yield* say(`poller ${version}: ${pageOf(listener)}`)
  const told = new Set<string>()
  for (;;) {
    const statuses = store.statuses()
    for (const { target, last } of statuses) {
      if (last === undefined || told.has(target.name)) continue
      told.add(target.name)
      if (told.size <= maxLines)
        yield* say(`${target.name}: ${describe(last.outcome)}, every ${format(target.interval)}`)
    }
    if (statuses.every(({ target }) => told.has(target.name))) break
    yield* Effect.sleep(interval)
  }
  if (told.size > maxLines) yield* say(`and ${told.size - maxLines} more`)
})
