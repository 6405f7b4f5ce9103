import { hasEscape, textAt } from "./byte-scalar.ts"
import {
  backslash,
  comma,
  invalid,
  leftBrace,
  leftBracket,
  quote,
  rightBrace,
  rightBracket,
  skipColon,
  skipString,
  skipValue,
  skipWhitespace
} from "./json-scanner.ts"

/** Fields to find in one pass over the bytes of a JSON value. Each has a slot, a number from 0. */
export interface FieldIndex {
  readonly root: IndexNode
  slots: number
}

export interface IndexNode {
  slot: number | undefined
  readonly members: Array<Member>
  readonly items: Array<{ readonly index: number; readonly node: IndexNode }>
}

interface Member {
  readonly name: string
  /** The name as JSON, with its quotes. */
  readonly spelling: Uint8Array
  /** The first byte of the name, which tells most names apart. */
  readonly first: number | undefined
  readonly node: IndexNode
}

const emptyNode = (): IndexNode => ({ slot: undefined, members: [], items: [] })

export const fieldIndex = (): FieldIndex => ({ root: emptyNode(), slots: 0 })

/**
 * The slot of the field at the end of `keys`, which are names, or array indexes from 0. The same keys have the same
 * slot.
 */
export const slotOf = (index: FieldIndex, keys: ReadonlyArray<string | number>): number => {
  const node = keys.reduce(
    (parent, key) => (typeof key === "string" ? member(parent, key) : item(parent, key)),
    index.root
  )
  node.slot ??= index.slots++
  return node.slot
}

const member = ({ members }: IndexNode, name: string): IndexNode => {
  const known = members.find((other) => other.name === name)
  if (known !== undefined) return known.node
  const node = emptyNode()
  const spelling = Buffer.from(JSON.stringify(name))
  members.push({ name, spelling, first: spelling[1], node })
  return node
}

const item = ({ items }: IndexNode, index: number): IndexNode => {
  const known = items.find((other) => other.index === index)
  if (known !== undefined) return known.node
  const node = emptyNode()
  items.push({ index, node })
  return node
}

/** The bytes of a document. */
export interface Body {
  readonly bytes: Buffer
  /** Whether any string contains an escape. */
  readonly hasEscapes: boolean
}

export const bodyOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Body => {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  return { bytes, hasEscapes: bytes.includes(backslash) }
}

/** By slot, where a field begins and ends; `begins` is `absent` if the value does not have it. */
export interface FieldRanges {
  readonly begins: Int32Array
  readonly ends: Int32Array
}

export const absent = -1

export const fieldRanges = ({ slots }: FieldIndex): FieldRanges => ({
  begins: new Int32Array(slots).fill(absent),
  ends: new Int32Array(slots)
})

/** Finds the fields of the value that begins at `at`. Returns the end of that value, or `invalid` if it is not JSON. */
export const findFields = ({ root }: FieldIndex, body: Body, at: number, ranges: FieldRanges): number => {
  const { begins } = ranges
  for (let slot = 0; slot < begins.length; slot++) begins[slot] = absent
  const end = findWithin(root, body, at, ranges)
  setRange(root, at, end, ranges)
  return end
}

const setRange = ({ slot }: IndexNode, begin: number, end: number, { begins, ends }: FieldRanges): void => {
  if (slot === undefined) return
  begins[slot] = begin
  ends[slot] = end
}

const isLeaf = ({ members, items }: IndexNode): boolean => members.length === 0 && items.length === 0

const findWithin = (node: IndexNode, body: Body, at: number, ranges: FieldRanges): number => {
  const code = body.bytes[at]
  if (code === leftBrace && node.members.length > 0) return findMembers(node, body, at, ranges)
  if (code === leftBracket && node.items.length > 0) return findItems(node, body, at, ranges)
  return skipValue(body.bytes, at)
}

/** Of two equal keys the last one counts, so everything found under the first is forgotten. */
const findAgain = (node: IndexNode, body: Body, at: number, ranges: FieldRanges): number => {
  forget(node, ranges)
  return findWithin(node, body, at, ranges)
}

const forget = ({ slot, members, items }: IndexNode, ranges: FieldRanges): void => {
  if (slot !== undefined) ranges.begins[slot] = absent
  for (const { node } of members) forget(node, ranges)
  for (const { node } of items) forget(node, ranges)
}

const findMembers = ({ members }: IndexNode, body: Body, at: number, ranges: FieldRanges): number => {
  const { bytes, hasEscapes } = body
  let next = skipWhitespace(bytes, at + 1)
  if (bytes[next] === rightBrace) return next + 1
  for (;;) {
    let member = memberAt(members, bytes, next)
    if (member !== undefined) next += member.spelling.length
    else {
      const key = next
      next = skipString(bytes, key)
      if (next === invalid) return invalid
      if (hasEscapes) member = memberWithEscapes(members, bytes, key, next)
    }
    next = skipColon(bytes, next)
    if (next === invalid) return invalid
    const begin = next
    next =
      member === undefined || isLeaf(member.node) ? skipValue(bytes, next) : findAgain(member.node, body, next, ranges)
    if (next === invalid) return invalid
    if (member !== undefined) setRange(member.node, begin, next, ranges)
    next = skipWhitespace(bytes, next)
    const code = bytes[next++]
    if (code === rightBrace) return next
    if (code !== comma) return invalid
    next = skipWhitespace(bytes, next)
  }
}

const findItems = ({ items }: IndexNode, body: Body, at: number, ranges: FieldRanges): number => {
  const { bytes } = body
  let next = skipWhitespace(bytes, at + 1)
  if (bytes[next] === rightBracket) return next + 1
  for (let position = 0; ; position++) {
    const node = items.find(({ index }) => index === position)?.node
    const begin = next
    next = node === undefined ? skipValue(bytes, next) : findWithin(node, body, next, ranges)
    if (next === invalid) return invalid
    if (node !== undefined) setRange(node, begin, next, ranges)
    next = skipWhitespace(bytes, next)
    const code = bytes[next++]
    if (code === rightBracket) return next
    if (code !== comma) return invalid
    next = skipWhitespace(bytes, next)
  }
}

/** The member whose key begins at `at`, if the key is spelled without escapes. */
const memberAt = (members: ReadonlyArray<Member>, bytes: Buffer, at: number): Member | undefined => {
  const first = bytes[at + 1]
  for (let index = 0; index < members.length; index++) {
    const member = members[index]
    if (member !== undefined && member.first === first && isSpelled(member.spelling, bytes, at)) return member
  }
  return undefined
}

const memberWithEscapes = (
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
