import { isUtf8 } from "node:buffer"
import * as Result from "effect/Result"
import { type Body, bodyOf, note, nowhere, type Outline, type Places, placesOf } from "../bytes/field-index.ts"
import { noJson, openingBrace, openingBracket, skipBlank } from "../bytes/json-scanner.ts"
import { type Document, documentOf, parse } from "../document/json.ts"

/** A document whose lists are empty, and stand aside: their rows are not made values of before somebody looks at them, and most never. */
export interface Sparse extends Document {
  readonly aside: Aside | undefined
}

export interface Aside {
  readonly body: Body
  /** Of the lists, by their slots in the outline; nowhere if there is no list or map. */
  readonly places: Places
}

/** The document in a body, but for the lists that have a slot in the outline. Fails as `parse` does. */
export const parseSparse = (bytes: Uint8Array, lists: Outline): Result.Result<Sparse, string> => {
  const body = bodyOf(bytes)
  const places = isUtf8(bytes) ? placesIn(body, lists) : undefined
  // what is no JSON, or begins with a byte order mark
  if (places === undefined) return Result.map(parse(bytes), (document) => ({ ...document, aside: undefined }))
  return Result.succeed({ ...documentOf(textAround(body.bytes, places)), aside: { body, places } })
}

/** Where the lists are in a body, if that is JSON. */
export const placesIn = (body: Body, lists: Outline): Places | undefined => {
  const { bytes } = body
  const places = placesOf(lists)
  const end = note(lists, body, skipBlank(bytes, 0), places)
  if (end === noJson || skipBlank(bytes, end) < bytes.length) return undefined
  const { begins } = places
  for (let slot = 0; slot < begins.length; slot++) {
    const first = bytes[begins[slot] ?? nowhere]
    if (first !== openingBracket && first !== openingBrace) begins[slot] = nowhere
  }
  return places
}

/** The text without what is in the lists. */
const textAround = (bytes: Buffer, { begins, ends }: Places): string => {
  const lists = Array.from(begins, (begin, slot) => ({ begin, end: ends[slot] ?? begin }))
    .filter(({ begin }) => begin !== nowhere)
    .sort((one, other) => one.begin - other.begin)
  let text = ""
  let from = 0
  for (const { begin, end } of lists) {
    text += bytes.toString("utf8", from, begin + 1)
    from = end - 1
  }
  return text + bytes.toString("utf8", from)
}
