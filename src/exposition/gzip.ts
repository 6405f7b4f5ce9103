import { setImmediate } from "node:timers/promises"
import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { BufferPool } from "./buffer-pool.ts"

const deflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflateRaw)

/** A compressed chunk. It can follow any other chunk, since it does not refer to bytes before itself. */
interface Segment {
  readonly deflated: Uint8Array
  readonly crc: number
  /** `shiftOf` its length. */
  readonly shift: number
  readonly length: number
}

/**
 * Chunks of this size or more (bytes) are compressed in a thread of zlib. For smaller ones, handing over the work takes
 * longer than the work.
 */
const minThreadSize = 262_144

/** Compressed chunks. Each is kept as long as its chunk. */
const segments = new WeakMap<Uint8Array, Segment | Promise<Segment>>()

/**
 * The chunks as one gzip stream (RFC 1952). It has a single member, since some browsers read only the first. A chunk is
 * compressed once for all pages that contain it. After every megabyte other fibers run.
 */
export const gzip = async (chunks: Iterable<Uint8Array>, pool = new BufferPool()): Promise<Uint8Array> => {
  const compressed: Array<Segment | Promise<Segment>> = []
  let work = 0
  for (const chunk of chunks) {
    if (!segments.has(chunk)) work += chunk.length
    compressed.push(compress(chunk, pool))
    if (work < 4 * minThreadSize) continue
    work = 0
    await setImmediate()
  }
  return member(await Promise.all(compressed))
}

/** Compresses a chunk, unless that is already done. */
export const compress = (chunk: Uint8Array, pool: BufferPool): Segment | Promise<Segment> => {
  const known = segments.get(chunk)
  if (known !== undefined) return known
  const segment = chunk.length < minThreadSize ? compressNow(chunk) : compressInThread(chunk, pool)
  segments.set(chunk, segment)
  return segment
}

/**
 * Level 1: on sample lines higher levels take several times as long for little gain. The output ends with a whole byte
 * and without a last block, so that another segment can follow.
 */
const options = { level: 1, finishFlush: zlib.constants.Z_SYNC_FLUSH, chunkSize: 65_536 }

/**
 * A window of 4 kB is enough, since each sample line is similar to the lines before it. Allocating a larger window
 * takes longer than the compression. The output is about a quarter of the input. With 10,000 targets, a larger output
 * buffer makes garbage collection start twice as often.
 */
const compressNow = (bytes: Uint8Array): Segment =>
  segment(
    bytes,
    zlib.deflateRawSync(bytes, { ...options, windowBits: 12, memLevel: 6, chunkSize: 1024 + (bytes.length >> 2) })
  )

const compressInThread = async (bytes: Uint8Array, pool: BufferPool): Promise<Segment> => {
  const unpin = pool.pin([bytes])
  try {
    return segment(bytes, await deflateRaw(bytes, options))
  } finally {
    unpin()
  }
}

const segment = (bytes: Uint8Array, deflated: Uint8Array): Segment => ({
  // a copy, since the result of zlib keeps its whole output buffer in memory
  deflated: new Uint8Array(deflated),
  crc: zlib.crc32(bytes),
  shift: shiftOf(bytes.length),
  length: bytes.length
})

/** Magic, deflate, no flags, no time, fastest algorithm, unknown system (RFC 1952, section 2.3). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255)

/** An empty last block (RFC 1951, section 3.2.3). */
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

/** The polynomial of CRC-32. Here and below the lowest power is the highest bit (RFC 1952, section 8). */
const polynomial = 0xedb88320

/** The product of two polynomials modulo the polynomial of CRC-32. */
const multiply = (left: number, right: number): number => {
  let product = 0
  let factor = right
  for (let bit = 31; bit >= 0; bit--) {
    if ((left >>> bit) & 1) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ polynomial : factor >>> 1
  }
  return product >>> 0
}

const one = 0x80000000

/** `x` to the powers 8, 16, 32, ...: the effect of 1, 2, 4, ... more bytes on a CRC. */
const bytePowers: Array<number> = []
for (let power = 0x00800000; bytePowers.length < 48; power = multiply(power, power)) bytePowers.push(power)

/** The effect of `length` more bytes on a CRC. */
export const shiftOf = (length: number): number => {
  let shift = one
  let rest = length
  for (let index = 0; rest > 0; index++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(bytePowers[index] ?? one, shift)
  }
  return shift
}

/**
 * The CRC-32 of two consecutive texts from the CRC of each. `shift` is `shiftOf` the second's length in bytes. The same
 * as zlib's `crc32_combine`, which Node does not have.
 */
export const combineCrc = (first: number, second: number, shift: number): number =>
  (multiply(shift, first) ^ second) >>> 0
