import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Queue from "effect/Queue"
import { Upstream } from "../client/exchange.ts"
import type { TargetSource } from "../config/discovery-source.ts"
import type { Entry } from "../config/target-group.ts"
import { readFiles, watchFiles } from "./file-sd.ts"
import { readHttp } from "./http-sd.ts"
import { entriesOf, isSame, type Listing, troublesOf } from "./listing.ts"

/** After a first change of files, more of them are waited for: who writes one often writes several. */
const settling = Duration.millis(250)

/** Reads what a source lists, once; scoped, since a server is asked over connections of its own. */
export const reader = Effect.fnUntraced(function* ({ name, origin }: TargetSource) {
  if (origin._tag === "Files") return (before: Listing) => readFiles(origin.patterns, before)
  const exchange = yield* (yield* Upstream).open(origin.request)
  return (before: Listing) => readHttp(name, exchange, before)
})

type Reader = Effect.Success<ReturnType<typeof reader>>

/** A source as it was last heard of. */
interface Heard {
  readonly listing: Listing
  /** All that it lists: the same array as before, as long as nothing changed. */
  readonly entries: ReadonlyArray<Entry>
  /** Whether it was read, whatever came of it. */
  readonly asked: boolean
  /** Epoch milliseconds of the last reading without trouble. */
  readonly lastSuccess: number | undefined
}

export const unheard: Heard = { listing: new Map(), entries: [], asked: false, lastSuccess: undefined }

/** What was heard of a source after one more reading. */
export const hear = Effect.fnUntraced(function* (before: Heard, read: Reader) {
  const listing = yield* read(before.listing)
  const now = yield* Clock.currentTimeMillis
  return {
    listing,
    entries: isSame(before.listing, listing) ? before.entries : entriesOf(listing),
    asked: true,
    lastSuccess: troublesOf(listing).length === 0 ? now : before.lastSuccess
  } satisfies Heard
})

/**
 * Follows sources: files when they change, and all at their refresh. `news` waits until one of them was read again, `join` lasts as long as all
 * are followed.
 */
export const make = Effect.gen(function* () {
  const loops = yield* FiberMap.make<string, never, never>()
  const news = yield* Queue.sliding<void>(1)
  const heard = new Map<string, Heard>()

  const refresh = Effect.fnUntraced(function* (name: string, read: Reader) {
    heard.set(name, yield* hear(heard.get(name) ?? unheard, read))
    yield* Queue.offer(news, undefined)
  })

  const loop = Effect.fnUntraced(function* (source: TargetSource) {
    const { name, origin } = source
    const read = yield* reader(source)
    const turn =
      origin._tag === "Http"
        ? Effect.andThen(refresh(name, read), Effect.sleep(source.refresh))
        : Effect.gen(function* () {
            // watched first, so that nothing changes unseen between the reading and the wait
            const change = yield* watchFiles(origin.patterns)
            yield* refresh(name, read)
            yield* Effect.race(change, Effect.sleep(source.refresh))
            yield* Effect.sleep(settling)
          }).pipe(Effect.scoped)
    return yield* Effect.forever(turn)
  }, Effect.scoped)

  /** Follows these sources and no others, from a new reading on. Files have been read when it returns. */
  const follow = Effect.fnUntraced(function* (sources: ReadonlyArray<TargetSource>) {
    yield* FiberMap.clear(loops)
    const names = new Set(sources.map(({ name }) => name))
    for (const name of heard.keys()) if (!names.has(name)) heard.delete(name)
    for (const source of sources) {
      if (source.origin._tag === "Files") yield* refresh(source.name, yield* reader(source))
      yield* FiberMap.run(loops, source.name)(loop(source))
    }
  }, Effect.scoped)

  return {
    follow,
    heard: (name: string) => heard.get(name) ?? unheard,
    news: Queue.take(news),
    join: FiberMap.join(loops)
  }
})
