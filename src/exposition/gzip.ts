import { setImmediate } from "node:timers/promises"
import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { combineCrc, shiftOf } from "./crc.ts"
import { hold, release } from "./memory.ts"

const deflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflateRaw)

/** A stretch of the page, compressed so that it can follow any other: nothing in it looks back beyond its own beginning. */
interface Segment {
  readonly deflated: Uint8Array
  readonly crc: number
  /** What its length does to the CRC of what is before it. */
  readonly shift: number
  readonly length: number
}

/** Pieces from this size on (bytes) are compressed on a thread of zlib's; for smaller ones the way there takes longer than the work. */
const large = 262_144

/** What was compressed once, as long as the piece itself lives. */
const remembered = new WeakMap<Uint8Array, Segment | Promise<Segment>>()

/**
 * The pieces as one gzip stream (RFC 1952, a single member: some browsers read no further). A piece is compressed once, however many pages it is
 * part of: only what changed since the last page costs anything. Where that is much, others get their turn in between.
 */
export const gzip = async (pieces: Iterable<Uint8Array>): Promise<Uint8Array> => {
  const segments: Array<Segment | Promise<Segment>> = []
  let work = 0
  for (const piece of pieces) {
    if (!remembered.has(piece)) work += piece.length
    segments.push(compress(piece))
    if (work < 4 * large) continue
    work = 0
    await setImmediate()
  }
  return member(await Promise.all(segments))
}

/** Compresses a piece, if it was not; a page that it is part of has less to do then. */
export const compress = (piece: Uint8Array): Segment | Promise<Segment> => {
  const known = remembered.get(piece)
  if (known !== undefined) return known
  const segment = piece.length < large ? compressHere(piece) : compressElsewhere(piece)
  remembered.set(piece, segment)
  return segment
}

/** Level 1: on sample lines the others take several times as long for little. Flushed to a whole byte and left open, so that another segment may follow. */
const options = { level: 1, finishFlush: zlib.constants.Z_SYNC_FLUSH, chunkSize: 65_536 }

/**
 * A window of 4 kB: sample lines are like their neighbours, and the memory of larger ones takes longer to get than the work itself. A quarter is ample for what
 * comes out of it: what is asked for in vain is garbage, and brings the collector with 10,000 targets twice as often.
 */
const compressHere = (bytes: Uint8Array): Segment =>
  segment(
    bytes,
    zlib.deflateRawSync(bytes, { ...options, windowBits: 12, memLevel: 6, chunkSize: 1024 + (bytes.length >> 2) })
  )

const compressElsewhere = async (bytes: Uint8Array): Promise<Segment> => {
  hold()
  try {
    return segment(bytes, await deflateRaw(bytes, options))
  } finally {
    release()
  }
}

const segment = (bytes: Uint8Array, deflated: Uint8Array): Segment => ({
  // a copy, since zlib's own holds on to the whole of the memory that it was given
  deflated: new Uint8Array(deflated),
  crc: zlib.crc32(bytes),
  shift: shiftOf(bytes.length),
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
    crc = combineCrc(crc, segment.crc, segment.shift)
    length += segment.length
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return Buffer.concat([header, ...segments.map(({ deflated }) => deflated), lastBlock, trailer])
}
