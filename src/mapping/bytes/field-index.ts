import {
  backslash,
  closingBrace,
  closingBracket,
  comma,
  noJson,
  openingBrace,
  openingBracket,
  quote,
  skipBlank,
  skipColon,
  skipString,
  skipValue
} from "./json-scanner.ts"
import { hasEscape, textAt } from "./scalar.ts"

/** What is wanted of a value: what stands at the end of some keys, each of them with a slot, a number from 0 on. */
export interface Outline {
  readonly root: Part
  slots: number
}

export interface Part {
  slot: number | undefined
  readonly members: Array<Member>
  readonly items: Array<{ readonly index: number; readonly part: Part }>
}

interface Member {
  readonly name: string
  /** With its quotes. */
  readonly spelling: Uint8Array
  /** The first byte of the name, which tells most keys apart. */
  readonly first: number | undefined
  readonly part: Part
}

const emptyPart = (): Part => ({ slot: undefined, members: [], items: [] })

export const outline = (): Outline => ({ root: emptyPart(), slots: 0 })

/** The slot of what stands at the end of the keys, names and indexes from 0 on. */
export const slotOf = (outline: Outline, keys: ReadonlyArray<string | number>): number => {
  const end = keys.reduce((part, key) => (typeof key === "string" ? member(part, key) : item(part, key)), outline.root)
  end.slot ??= outline.slots++
  return end.slot
}

const member = ({ members }: Part, name: string): Part => {
  const known = members.find((other) => other.name === name)
  if (known !== undefined) return known.part
  const part = emptyPart()
  const spelling = Buffer.from(JSON.stringify(name))
  members.push({ name, spelling, first: spelling[1], part })
  return part
}

const item = ({ items }: Part, index: number): Part => {
  const known = items.find((other) => other.index === index)
  if (known !== undefined) return known.part
  const part = emptyPart()
  items.push({ index, part })
  return part
}

/** The bytes of a document. */
export interface Body {
  readonly bytes: Buffer
  /** Whether a string may say something else than its bytes do. */
  readonly escapes: boolean
}

export const bodyOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Body => {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  return { bytes, escapes: bytes.includes(backslash) }
}

/** By slot, where what was wanted begins and ends; it begins `nowhere` if there is no such thing. */
export interface Places {
  readonly begins: Int32Array
  readonly ends: Int32Array
}

export const nowhere = -1

export const placesOf = ({ slots }: Outline): Places => ({
  begins: new Int32Array(slots).fill(nowhere),
  ends: new Int32Array(slots)
})

/** Notes the places of all that is wanted of the value that begins at `at`, and says where that ends. */
export const note = ({ root }: Outline, body: Body, at: number, places: Places): number => {
  const { begins } = places
  for (let slot = 0; slot < begins.length; slot++) begins[slot] = nowhere
  const end = noteWithin(root, body, at, places)
  notePlace(root, at, end, places)
  return end
}

const notePlace = ({ slot }: Part, begin: number, end: number, { begins, ends }: Places): void => {
  if (slot === undefined) return
  begins[slot] = begin
  ends[slot] = end
}

const isLeaf = ({ members, items }: Part): boolean => members.length === 0 && items.length === 0

const noteWithin = (part: Part, body: Body, at: number, places: Places): number => {
  const code = body.bytes[at]
  if (code === openingBrace && part.members.length > 0) return noteMembers(part, body, at, places)
  if (code === openingBracket && part.items.length > 0) return noteItems(part, body, at, places)
  return skipValue(body.bytes, at)
}

/** Of two equal keys the last holds, with nothing of the first. */
const noteAgain = (part: Part, body: Body, at: number, places: Places): number => {
  forget(part, places)
  return noteWithin(part, body, at, places)
}

const forget = ({ slot, members, items }: Part, places: Places): void => {
  if (slot !== undefined) places.begins[slot] = nowhere
  for (const { part } of members) forget(part, places)
  for (const { part } of items) forget(part, places)
}

const noteMembers = ({ members }: Part, body: Body, at: number, places: Places): number => {
  const { bytes, escapes } = body
  let next = skipBlank(bytes, at + 1)
  if (bytes[next] === closingBrace) return next + 1
  for (;;) {
    let member = memberAt(members, bytes, next)
    if (member !== undefined) next += member.spelling.length
    else {
      const key = next
      next = skipString(bytes, key)
      if (next === noJson) return noJson
      if (escapes) member = memberCalled(members, bytes, key, next)
    }
    next = skipColon(bytes, next)
    if (next === noJson) return noJson
    const begin = next
    next =
      member === undefined || isLeaf(member.part) ? skipValue(bytes, next) : noteAgain(member.part, body, next, places)
    if (next === noJson) return noJson
    if (member !== undefined) notePlace(member.part, begin, next, places)
    next = skipBlank(bytes, next)
    const code = bytes[next++]
    if (code === closingBrace) return next
    if (code !== comma) return noJson
    next = skipBlank(bytes, next)
  }
}

const noteItems = ({ items }: Part, body: Body, at: number, places: Places): number => {
  const { bytes } = body
  let next = skipBlank(bytes, at + 1)
  if (bytes[next] === closingBracket) return next + 1
  for (let position = 0; ; position++) {
    const part = items.find(({ index }) => index === position)?.part
    const begin = next
    next = part === undefined ? skipValue(bytes, next) : noteWithin(part, body, next, places)
    if (next === noJson) return noJson
    if (part !== undefined) notePlace(part, begin, next, places)
    next = skipBlank(bytes, next)
    const code = bytes[next++]
    if (code === closingBracket) return next
    if (code !== comma) return noJson
    next = skipBlank(bytes, next)
  }
}

/** What is wanted under the key that opens at `at`. */
const memberAt = (members: ReadonlyArray<Member>, bytes: Buffer, at: number): Member | undefined => {
  const first = bytes[at + 1]
  for (let index = 0; index < members.length; index++) {
    const member = members[index]
    if (member !== undefined && member.first === first && isSpelled(member.spelling, bytes, at)) return member
  }
  return undefined
}

/** The same of a key that is spelled otherwise. */
const memberCalled = (
  members: ReadonlyArray<Member>,
  bytes: Buffer,
  begin: number,
  end: number
): Member | undefined => {
  if (!hasEscape(bytes, begin, end)) return undefined
  const key = textAt(bytes, begin, end)
  return members.find(({ name }) => name === key)
}

const isSpelled = (spelling: Uint8Array, bytes: Buffer, at: number): boolean => {
  for (let index = 1; index < spelling.length; index++) if (spelling[index] !== bytes[at + index]) return false
  return bytes[at] === quote
}
