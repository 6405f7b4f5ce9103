import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Queue from "effect/Queue"
import { HttpClient } from "../client/http-client.ts"
import type { DiscoverySource } from "../config/discovery-source.ts"
import type { DiscoveredTarget } from "../config/target-group.ts"
import { readFiles, watchFiles } from "./file-sd.ts"
import { readHttp } from "./http-sd.ts"
import { diagnosticsOf, entriesOf, isSame, type Listing, unreadable } from "./listing.ts"

/** A changed file is read after this time, since several files often change together. */
const debounce = Duration.millis(250)

/** Rejects files that together list more targets than a source may have. The last list stays, with this error. */
const refuseMany = (source: string, maxTargets: number, before: Listing, after: Listing): Listing => {
  const count = [...after.values()].reduce((sum, { entries }) => sum + entries.length, 0)
  if (count <= maxTargets) return after
  const message = `its files list ${count} targets, more than max_targets ${maxTargets}`
  return new Map([...before, [source, unreadable(before.get(source), source, message)]])
}

/** Returns the function that reads the list of a source. Scoped: it has its own connections. */
export const reader = Effect.fnUntraced(function* ({ name, origin, maxTargets }: DiscoverySource) {
  if (origin._tag === "Files")
    return (before: Listing) =>
      Effect.map(readFiles(origin.patterns, maxTargets, before), (listing) =>
        refuseMany(name, maxTargets, before, listing)
      )
  const exchange = yield* (yield* HttpClient).open(origin.request)
  return (before: Listing) => readHttp(name, maxTargets, exchange, before)
})

type Reader = Effect.Success<ReturnType<typeof reader>>

/** A source after its last read. */
interface SourceSnapshot {
  readonly listing: Listing
  /** All targets of the source. The same array as before if nothing changed. */
  readonly entries: ReadonlyArray<DiscoveredTarget>
  /** Whether the first read has ended, with or without an error. */
  readonly attempted: boolean
  /** Epoch milliseconds of the last read without an error. */
  readonly lastSuccess: number | undefined
}

export const emptySnapshot: SourceSnapshot = {
  listing: new Map(),
  entries: [],
  attempted: false,
  lastSuccess: undefined
}

export const refreshSnapshot = Effect.fnUntraced(function* (before: SourceSnapshot, read: Reader) {
  const listing = yield* read(before.listing)
  const now = yield* Clock.currentTimeMillis
  return {
    listing,
    entries: isSame(before.listing, listing) ? before.entries : entriesOf(listing),
    attempted: true,
    lastSuccess: diagnosticsOf(listing).length === 0 ? now : before.lastSuccess
  } satisfies SourceSnapshot
})

/**
 * Keeps the lists of sources up to date: reads them at each refresh, and files also when they change. `changes` waits
 * until a source was read. `run` never ends, unless reading fails because of a bug.
 */
export const makeSourceRefresh = Effect.gen(function* () {
  const loops = yield* FiberMap.make<string, never, never>()
  const changes = yield* Queue.sliding<void>(1)
  const snapshots = new Map<string, SourceSnapshot>()

  const refresh = Effect.fnUntraced(function* (name: string, read: Reader) {
    snapshots.set(name, yield* refreshSnapshot(snapshots.get(name) ?? emptySnapshot, read))
    yield* Queue.offer(changes, undefined)
  })

  const loop = Effect.fnUntraced(function* (source: DiscoverySource) {
    const { name, origin } = source
    const read = yield* reader(source)
    const iteration =
      origin._tag === "Http"
        ? Effect.andThen(refresh(name, read), Effect.sleep(source.refresh))
        : Effect.gen(function* () {
            // the watch starts before the read, so that no change between the two is missed
            const change = yield* watchFiles(origin.patterns)
            yield* refresh(name, read)
            yield* Effect.race(change, Effect.sleep(source.refresh))
            yield* Effect.sleep(debounce)
          }).pipe(Effect.scoped)
    return yield* Effect.forever(iteration)
  }, Effect.scoped)

  /** Sets the sources. Each is read again. All files have been read when this returns. */
  const setSources = Effect.fnUntraced(function* (sources: ReadonlyArray<DiscoverySource>) {
    yield* FiberMap.clear(loops)
    const names = new Set(sources.map(({ name }) => name))
    for (const name of snapshots.keys()) if (!names.has(name)) snapshots.delete(name)
    const files = sources.filter(({ origin }) => origin._tag === "Files")
    const readFirst = (source: DiscoverySource) => Effect.flatMap(reader(source), (read) => refresh(source.name, read))
    yield* Effect.forEach(files, readFirst, { concurrency: "unbounded", discard: true })
    for (const source of sources) yield* FiberMap.run(loops, source.name)(loop(source))
  }, Effect.scoped)

  return {
    setSources,
    snapshot: (name: string) => snapshots.get(name) ?? emptySnapshot,
    changes: Queue.take(changes),
    run: FiberMap.join(loops)
  }
})
