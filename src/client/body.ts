import type { IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import * as zlib from "node:zlib"
import * as Result from "effect/Result"
import { brokenOff, TooLarge, Unreachable } from "./errors.ts"
import { letGo } from "./let-go.ts"

/** The content codings of RFC 9110, section 8.4.1, and zstd (RFC 8878). */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress()
}

export const acceptEncoding = "gzip, deflate, br, zstd"

export type Body = Result.Result<Buffer, Unreachable | TooLarge>

/**
 * Reads the body of an answer to its end, decompressed, and tells it once. It gives up at the chunk that passes `limit` bytes, and at
 * once where the head says that more will come.
 */
export const readBody = (head: IncomingMessage, limit: number, tell: (body: Body) => void): void => {
  const coding = head.headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
  const decoder = decoders[coding]?.()
  const fail = (error: Unreachable | TooLarge) => {
    tell(Result.fail(error))
    decoder?.destroy()
    head.destroy()
  }
  head.on("error", () => fail(brokenOff))
  decoder?.on("error", ({ message }) =>
    fail(new Unreachable({ message: `the answer's ${coding} is damaged: ${message}` }))
  )

  const announced = decoder === undefined ? Number(head.headers["content-length"] ?? Number.NaN) : Number.NaN
  // a length that is known makes room for the body at once: to join the chunks of 100 MB at the end would hold every scrape meanwhile
  const room = announced <= limit ? Buffer.allocUnsafe(announced) : undefined
  const chunks: Array<Buffer> = []
  /** Free once the parser of HTTP is done with it, as it is when the next one comes. */
  let copied: Buffer = Buffer.alloc(0)
  let size = 0
  const body: Readable = decoder === undefined ? head : head.pipe(decoder)
  body.on("data", (chunk: Buffer) => {
    if (room === undefined) chunks.push(chunk)
    else {
      chunk.copy(room, size)
      letGo(copied)
      copied = chunk
    }
    size += chunk.length
    if (size > limit) fail(new TooLarge({ limit }))
  })
  body.on("end", () => tell(Result.succeed(room ?? Buffer.concat(chunks, size))))

  if (decoder === undefined && coding !== "identity")
    fail(new Unreachable({ message: "the answer has a content-encoding that was not asked for" }))
  else if (announced > limit) fail(new TooLarge({ limit }))
}
