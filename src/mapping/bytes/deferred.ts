import { isUtf8 } from "node:buffer"
import { type Document, documentOf } from "../document/json.ts"
import {
  absent,
  type Body,
  bodyOf,
  type FieldIndex,
  type FieldRanges,
  fieldRanges,
  findFields,
  type IndexNode
} from "./field-index.ts"
import { invalid, leftBrace, leftBracket, rightBracket, skipColon, skipWhitespace } from "./json-scanner.ts"

/** A document in which the deferred lists are empty, and where they are in the bytes. */
export interface DeferredDocument {
  readonly document: Document
  readonly body: Body
  /** By slot; absent if the document has no array or object there. */
  readonly ranges: FieldRanges
}

/** Parses a document without the lists of the index. Undefined if it is not JSON, or begins with a byte order mark. */
export const parseDeferred = (bytes: Uint8Array, index: FieldIndex): DeferredDocument | undefined => {
  if (!isUtf8(bytes)) return undefined
  const body = bodyOf(bytes)
  const ranges = findLists(body, index)
  return ranges && { document: documentOf(textAround(body.bytes, ranges)), body, ranges }
}

const findLists = (body: Body, index: FieldIndex): FieldRanges | undefined => {
  const { bytes } = body
  const ranges = fieldRanges(index)
  const end = findFields(index, body, skipWhitespace(bytes, 0), ranges)
  if (end === invalid || skipWhitespace(bytes, end) < bytes.length) return undefined
  const { begins } = ranges
  for (let slot = 0; slot < begins.length; slot++) {
    const first = bytes[begins[slot] ?? absent]
    if (first !== leftBracket && first !== leftBrace) begins[slot] = absent
  }
  return ranges
}

/** The text without the content of the lists. */
const textAround = (bytes: Buffer, { begins, ends }: FieldRanges): string => {
  const lists = Array.from(begins, (begin, slot) => ({ begin, end: ends[slot] ?? begin }))
    .filter(({ begin }) => begin !== absent)
    .sort((one, other) => one.begin - other.begin)
  let text = ""
  let from = 0
  for (const { begin, end } of lists) {
    text += bytes.toString("utf8", from, begin + 1)
    from = end - 1
  }
  return text + bytes.toString("utf8", from)
}

/**
 * The same without scanning the list, for a body that is one array and little else. The list is assumed to begin at the
 * first key of its name and to end at the last bracket of the body. If the text around the list is JSON, and its rows
 * end at that bracket, then the assumption was right and the body is JSON. Reading the rows shows that, so the list is
 * scanned once instead of twice.
 */
export const assumeDeferred = (bytes: Uint8Array, index: FieldIndex): DeferredDocument | undefined => {
  if (index.slots !== 1 || !isUtf8(bytes)) return undefined
  const body = bodyOf(bytes)
  const begin = firstValue(index.root, body.bytes, 0)
  const end = body.bytes.lastIndexOf(rightBracket) + 1
  if (body.bytes[begin] !== leftBracket || end <= begin) return undefined
  const around = Buffer.concat([body.bytes.subarray(0, begin + 1), body.bytes.subarray(end - 1)])
  if (findLists(bodyOf(around), index)?.begins[0] !== begin) return undefined
  const ranges = { begins: Int32Array.of(begin), ends: Int32Array.of(end) }
  return { document: documentOf(around.toString()), body, ranges }
}

/** Where the first value begins that has the keys of the only list. */
const firstValue = ({ members: [member] }: IndexNode, bytes: Buffer, from: number): number => {
  if (member === undefined) return skipWhitespace(bytes, from)
  const key = bytes.indexOf(member.spelling, from)
  if (key < 0) return bytes.length
  const begin = skipColon(bytes, key + member.spelling.length)
  return member.node.members.length === 0 ? begin : firstValue(member.node, bytes, begin)
}

/** Whether an assumption was wrong about where the list is; `found` is what parsing the whole body found. */
export const wasWrong = (assumed: DeferredDocument, found: DeferredDocument): boolean => {
  const begin = found.ranges.begins[0] ?? absent
  if (begin === absent) return false
  return begin !== assumed.ranges.begins[0] || found.ranges.ends[0] !== assumed.ranges.ends[0]
}
