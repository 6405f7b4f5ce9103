import { isUtf8 } from "node:buffer"
import { bodyOf, nowhere, type Outline, type Part } from "../bytes/field-index.ts"
import { closingBracket, openingBracket, skipBlank, skipColon } from "../bytes/json-scanner.ts"
import { documentOf } from "../document/json.ts"
import { type Aside, placesIn, type Sparse } from "./aside.ts"

/*
 * Where a body holds one list and little else, most of the time that it takes to see whether that is JSON goes into the list; and whoever reads its
 * rows sees that too. So the list is not looked at before, but taken to end at the last bracket of all. That was right, and the body is JSON, if
 * what is around it is JSON, and its rows end where it does.
 */

/** Of lists that did not end where they were taken to. */
const mistaken = new WeakSet<Outline>()

/** A document as `parseSparse` finds it, if the list is where it is taken to be; undefined where that cannot be. */
export const guess = (bytes: Uint8Array, lists: Outline): (Sparse & { readonly aside: Aside }) | undefined => {
  if (lists.slots !== 1 || mistaken.has(lists) || !isUtf8(bytes)) return undefined
  const body = bodyOf(bytes)
  const begin = beginOf(lists.root, body.bytes)
  const end = body.bytes.lastIndexOf(closingBracket) + 1
  if (body.bytes[begin] !== openingBracket || end <= begin) return undefined
  const around = Buffer.concat([body.bytes.subarray(0, begin + 1), body.bytes.subarray(end - 1)])
  const places = placesIn(bodyOf(around), lists)
  if (places?.begins[0] !== begin) return undefined
  const there = { begins: Int32Array.of(begin), ends: Int32Array.of(end) }
  return { ...documentOf(around.toString()), aside: { body, places: there } }
}

/** Where the first value stands that has the keys of the only list. */
const beginOf = ({ members: [member] }: Part, bytes: Buffer, from = 0): number => {
  if (member === undefined) return skipBlank(bytes, from)
  const key = bytes.indexOf(member.spelling, from)
  if (key < 0) return bytes.length
  const begin = skipColon(bytes, key + member.spelling.length)
  return member.part.members.length === 0 ? begin : beginOf(member.part, bytes, begin)
}

/** What became of a guess: nothing, and nobody makes it again, where the list is another. */
export const learn = ({ places }: Aside, found: Aside | undefined, lists: Outline): void => {
  const begin = found?.places.begins[0] ?? nowhere
  if (begin === nowhere) return
  if (begin !== places.begins[0] || found?.places.ends[0] !== places.ends[0]) mistaken.add(lists)
}
