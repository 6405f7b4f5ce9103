import * as Effect from "effect/Effect"
import type { TargetSource } from "../config/discovery-source.ts"
import type { Configuration } from "../config/load.ts"
import { troublesOf } from "./listing.ts"
import { hear, reader, unheard } from "./source-refresh.ts"

const readOnce = Effect.fnUntraced(function* (source: TargetSource) {
  return { name: source.name, ...(yield* hear(unheard, yield* reader(source))) }
}, Effect.scoped)

/** The targets of a configuration after one reading of some of its sources, and what was wrong with these. */
export const callOnce = Effect.fnUntraced(function* ({ roster }: Configuration, sources: ReadonlyArray<TargetSource>) {
  const heard = yield* Effect.forEach(sources, readOnce, { concurrency: "unbounded" })
  const called = roster(new Map(heard.map(({ name, entries }) => [name, entries])))
  const troubles = [
    ...heard.flatMap(({ listing }) => troublesOf(listing)),
    ...[...called.sources.values()].flatMap(({ troubles }) => troubles)
  ]
  return { targets: called.targets, troubles }
})
