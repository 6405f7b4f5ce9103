import { crc32, gunzipSync } from "node:zlib"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { combineCrc, gzip, shiftOf } from "../../src/exposition/gzip.ts"

/** Pieces of all sizes about the one from which they are compressed apart, text-like and random. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.nat(6_000))
    .map(([text, times]) => Buffer.from(text.repeat(times)))
)
const pages = fc.array(piece, { maxLength: 20 })

describe("the pieces as one gzip stream", () => {
  test("say what they say when joined", () =>
    fc.assert(
      fc.asyncProperty(pages, async (pieces) => {
        expect(Buffer.compare(gunzipSync(await gzip(pieces)), Buffer.concat(pieces))).toBe(0)
      })
    ))

  test("are one member, since some browsers read no further", async () => {
    const large = Buffer.alloc(200_000, "queue_depth 7\n")
    const stream = await gzip([Buffer.from("a 1\n"), large, Buffer.from("b 2\n"), large])
    // a second member would begin with this magic; the checksum of the whole at the end says that there is but one
    expect(Buffer.from(stream).indexOf(Uint8Array.of(0x1f, 0x8b, 8), 1)).toBe(-1)
    const whole = Buffer.concat([Buffer.from("a 1\n"), large, Buffer.from("b 2\n"), large])
    expect(Buffer.from(stream).readUInt32LE(stream.length - 8)).toBe(crc32(whole))
    expect(Buffer.from(stream).readUInt32LE(stream.length - 4)).toBe(whole.length)
  })

  test("are the same bytes again for the same pieces, among others too", async () => {
    const large = Buffer.alloc(200_000, "queue_depth 7\n")
    const [one, two] = [await gzip([large]), await gzip([large, Buffer.from("a 1\n")])]
    expect(await gzip([large])).toEqual(one)
    expect(gunzipSync(two).toString()).toBe(`${large}a 1\n`)
  })

  test("small they are, for what repeats itself", async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `queue_depth{queue="${index}"} 7\n`).join("")
    for (const size of [5_000, 100_000, lines.length]) {
      const pieces = Array.from({ length: Math.ceil(lines.length / size) }, (_, index) =>
        Buffer.from(lines.slice(index * size, (index + 1) * size))
      )
      expect((await gzip(pieces)).length).toBeLessThan(lines.length / 4)
    }
  })
})

test("the CRC of two texts in a row follows from theirs", () => {
  fc.assert(
    fc.property(piece, piece, (first, second) => {
      const crc = combineCrc(crc32(first), crc32(second), shiftOf(second.length))
      expect(crc).toBe(crc32(Buffer.concat([first, second])))
    })
  )
})
