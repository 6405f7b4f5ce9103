import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SourceDiagnostic } from "../config/diagnostics.ts"
import { type ListText, Parser } from "../config/parse-worker.ts"
import type { DiscoveredTarget } from "../config/target-group.ts"

/** One document of a source: a file, or the response of a server. */
export interface Document {
  /** The last content, valid or not; undefined if it could not be read. */
  readonly bytes: Uint8Array | undefined
  /** The targets from the last valid content. */
  readonly entries: ReadonlyArray<DiscoveredTarget>
  readonly diagnostic: SourceDiagnostic | undefined
}

/** The documents of a source, by path or URL. */
export type Listing = ReadonlyMap<string, Document>

export const entriesOf = (listing: Listing): ReadonlyArray<DiscoveredTarget> =>
  [...listing.values()].flatMap(({ entries }) => entries)

export const diagnosticsOf = (listing: Listing): ReadonlyArray<SourceDiagnostic> =>
  [...listing.values()].flatMap(({ diagnostic }) => (diagnostic === undefined ? [] : [diagnostic]))

/** Whether nothing changed between two reads. */
export const isSame = (before: Listing, after: Listing): boolean =>
  before.size === after.size && [...after].every(([place, document]) => before.get(place) === document)

/** A document that could not be read. It keeps its last good list. */
export const unreadable = (before: Document | undefined, subject: string, message: string): Document =>
  before !== undefined && before.bytes === undefined && before.diagnostic?.message === message
    ? before
    : { bytes: undefined, entries: before?.entries ?? [], diagnostic: { subject, location: subject, message } }

/** A document that was read. If it has errors, it keeps its last good list. */
export const readAgain = Effect.fnUntraced(function* (before: Document | undefined, list: ListText) {
  const { from: subject, bytes } = list
  if (before?.bytes !== undefined && Buffer.compare(before.bytes, bytes) === 0) return before
  const parsed = yield* (yield* Parser).list(list)
  return Result.match(parsed, {
    onSuccess: (entries): Document => ({ bytes, entries, diagnostic: undefined }),
    onFailure: ([{ location, message } = { location: subject, message: "" }, ...more]): Document => ({
      bytes,
      entries: before?.entries ?? [],
      diagnostic: { subject, location, message: more.length === 0 ? message : `${message} (and ${more.length} more)` }
    })
  })
})
