import { setImmediate } from "node:timers/promises"
import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { combineCrc } from "./crc.ts"

const deflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflateRaw)

/** A stretch of the page, compressed so that it can follow any other: nothing in it looks back beyond its own beginning. */
interface Segment {
  readonly deflated: Uint8Array
  readonly crc: number
  readonly length: number
}

/** Pieces from this size on are compressed apart and remembered; smaller ones are joined until they are as large (bytes). */
const segmentSize = 65_536

/** What was compressed once, as long as the piece itself lives. */
const remembered = new WeakMap<Uint8Array, Promise<Segment>>()

/**
 * The pieces as one gzip stream (RFC 1952, a single member: some browsers read no further). A large piece is compressed
 * once, however many pages it is part of: only what changed since the last page costs anything. zlib works on threads of
 * its own, and where a page has very many small pieces to join, others get their turn in between.
 */
export const gzip = async (pieces: Iterable<Uint8Array>): Promise<Uint8Array> => {
  const segments: Array<Promise<Segment>> = []
  for (const stretch of stretches(pieces)) {
    segments.push(stretch)
    await setImmediate()
  }
  return member(await Promise.all(segments))
}

function* stretches(pieces: Iterable<Uint8Array>): Generator<Promise<Segment>> {
  let small: Array<Uint8Array> = []
  let size = 0
  for (const piece of pieces) {
    if (piece.length < segmentSize) {
      small.push(piece)
      size += piece.length
    }
    if (size > 0 && (size >= segmentSize || piece.length >= segmentSize)) {
      yield compress(Buffer.concat(small))
      small = []
      size = 0
    }
    if (piece.length >= segmentSize) yield compressOnce(piece)
  }
  if (size > 0) yield compress(Buffer.concat(small))
}

const compressOnce = (piece: Uint8Array): Promise<Segment> => {
  const known = remembered.get(piece)
  if (known !== undefined) return known
  const segment = compress(piece)
  remembered.set(piece, segment)
  return segment
}

/** Level 1: on sample lines the others take several times as long for little. */
const compress = async (bytes: Uint8Array): Promise<Segment> => ({
  // flushed to a whole byte and left open, so that another segment may follow
  deflated: await deflateRaw(bytes, { level: 1, finishFlush: zlib.constants.Z_SYNC_FLUSH, chunkSize: 65_536 }),
  crc: zlib.crc32(bytes),
  length: bytes.length
})

/** Magic, deflate, no flags, no time, fastest algorithm, unknown system (RFC 1952, section 2.3). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255)

/** A block that is empty and the last (RFC 1951, section 3.2.3). */
const lastBlock = Uint8Array.of(3, 0)

const member = (segments: ReadonlyArray<Segment>): Uint8Array => {
  let crc = 0
  let length = 0
  for (const segment of segments) {
    crc = combineCrc(crc, segment.crc, segment.length)
    length += segment.length
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return Buffer.concat([header, ...segments.map(({ deflated }) => deflated), lastBlock, trailer])
}
