import { crc32, gunzipSync } from "node:zlib"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { combineCrc, gzip, shiftOf } from "../../src/exposition/gzip.ts"

/** Chunks of random bytes and of repeated text, below and above the size from which each is compressed alone. */
const chunk = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.nat(6_000))
    .map(([text, times]) => Buffer.from(text.repeat(times)))
)
const pages = fc.array(chunk, { maxLength: 20 })

describe("chunks as one gzip stream", () => {
  test("decompress to the chunks in a row", () =>
    fc.assert(
      fc.asyncProperty(pages, async (chunks) => {
        expect(Buffer.compare(gunzipSync(await gzip(chunks)), Buffer.concat(chunks))).toBe(0)
      })
    ))

  test("are one member, since some browsers read only the first", async () => {
    const large = Buffer.alloc(200_000, "queue_depth 7\n")
    const stream = await gzip([Buffer.from("a 1\n"), large, Buffer.from("b 2\n"), large])
    // a second member would start with these bytes; and the checksum at the end is that of the whole
    expect(Buffer.from(stream).indexOf(Uint8Array.of(0x1f, 0x8b, 8), 1)).toBe(-1)
    const whole = Buffer.concat([Buffer.from("a 1\n"), large, Buffer.from("b 2\n"), large])
    expect(Buffer.from(stream).readUInt32LE(stream.length - 8)).toBe(crc32(whole))
    expect(Buffer.from(stream).readUInt32LE(stream.length - 4)).toBe(whole.length)
  })

  test("are the same bytes for the same chunks, and right beside other chunks", async () => {
    const large = Buffer.alloc(200_000, "queue_depth 7\n")
    const [one, two] = [await gzip([large]), await gzip([large, Buffer.from("a 1\n")])]
    expect(await gzip([large])).toEqual(one)
    expect(gunzipSync(two).toString()).toBe(`${large}a 1\n`)
  })

  test("are small for repetitive text", async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `queue_depth{queue="${index}"} 7\n`).join("")
    for (const size of [5_000, 100_000, lines.length]) {
      const chunks = Array.from({ length: Math.ceil(lines.length / size) }, (_, index) =>
        Buffer.from(lines.slice(index * size, (index + 1) * size))
      )
      expect((await gzip(chunks)).length).toBeLessThan(lines.length / 4)
    }
  })
})

test("combineCrc gives the CRC of two texts in a row", () => {
  fc.assert(
    fc.property(chunk, chunk, (first, second) => {
      const crc = combineCrc(crc32(first), crc32(second), shiftOf(second.length))
      expect(crc).toBe(crc32(Buffer.concat([first, second])))
    })
  )
})
