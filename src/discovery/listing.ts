import * as Result from "effect/Result"
import type { Entries, Entry } from "../config/target-group.ts"
import type { Trouble } from "../config/trouble.ts"

/** One document of a source: a file, or the answer of a server. */
export interface Document {
  /** As it was last read, good or not; undefined when it could not be. */
  readonly bytes: Uint8Array | undefined
  /** Of the last good reading. */
  readonly entries: ReadonlyArray<Entry>
  readonly trouble: Trouble | undefined
}

/** What a source lists: its documents, by path or URL. */
export type Listing = ReadonlyMap<string, Document>

export const entriesOf = (listing: Listing): ReadonlyArray<Entry> =>
  [...listing.values()].flatMap(({ entries }) => entries)

export const troublesOf = (listing: Listing): ReadonlyArray<Trouble> =>
  [...listing.values()].flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble]))

/** Whether nothing changed, so that nothing follows from it. */
export const isSame = (before: Listing, after: Listing): boolean =>
  before.size === after.size && [...after].every(([place, document]) => before.get(place) === document)

/** A document that could not be read: what it listed when it last could stands. */
export const unreadable = (before: Document | undefined, about: string, message: string): Document =>
  before !== undefined && before.bytes === undefined && before.trouble?.message === message
    ? before
    : { bytes: undefined, entries: before?.entries ?? [], trouble: { about, where: about, message } }

/** A document that was read. One that is broken leaves what it listed before. */
export const readAgain = (
  before: Document | undefined,
  about: string,
  bytes: Uint8Array,
  parse: (from: string, bytes: Uint8Array) => Entries
): Document => {
  if (before?.bytes !== undefined && Buffer.compare(before.bytes, bytes) === 0) return before
  return Result.match(parse(about, bytes), {
    onSuccess: (entries): Document => ({ bytes, entries, trouble: undefined }),
    onFailure: ([{ where, message } = { where: about, message: "" }, ...more]) => ({
      bytes,
      entries: before?.entries ?? [],
      trouble: { about, where, message: more.length === 0 ? message : `${message} (and ${more.length} more)` }
    })
  })
}
