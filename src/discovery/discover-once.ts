import * as Effect from "effect/Effect"
import type { Configuration } from "../config/configuration.ts"
import type { DiscoverySource } from "../config/discovery-source.ts"
import { runInSlices } from "../config/time-slice.ts"
import { diagnosticsOf } from "./listing.ts"
import { emptySnapshot, reader, refreshSnapshot } from "./source-refresh.ts"

const readOnce = Effect.fnUntraced(function* (source: DiscoverySource) {
  return { name: source.name, ...(yield* refreshSnapshot(emptySnapshot, yield* reader(source))) }
}, Effect.scoped)

/** Reads some sources of a configuration once. Returns all targets, and the problems of these sources. */
export const discoverOnce = Effect.fnUntraced(function* (
  { targetSet }: Configuration,
  sources: ReadonlyArray<DiscoverySource>
) {
  const snapshots = yield* Effect.forEach(sources, readOnce, { concurrency: "unbounded" })
  const result = yield* runInSlices(targetSet(new Map(snapshots.map(({ name, entries }) => [name, entries]))))
  const diagnostics = [
    ...snapshots.flatMap(({ listing }) => diagnosticsOf(listing)),
    ...[...result.sources.values()].flatMap(({ diagnostics }) => diagnostics)
  ]
  return { targets: result.targets, diagnostics }
})
