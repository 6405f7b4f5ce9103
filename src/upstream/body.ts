import type { IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import * as zlib from "node:zlib"
import * as Effect from "effect/Effect"
import { fromNode, TooLarge, Unreachable } from "./errors.ts"

/** The content codings of RFC 9110, section 8.4.1, and zstd (RFC 8878). */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress()
}

export const acceptEncoding = "gzip, deflate, br, zstd"

/** The body of an answer, decompressed, read to its end; fails with the chunk that passes `limit` bytes. */
export const readBody = (response: IncomingMessage, limit: number): Effect.Effect<Buffer, Unreachable | TooLarge> =>
  Effect.callback((resume) => {
    const coding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
    const decoder = decoders[coding]
    if (coding !== "identity" && coding !== "" && decoder === undefined) {
      return resume(Effect.fail(new Unreachable({ message: `content-encoding ${coding} is not known` })))
    }
    const body: Readable = decoder === undefined ? response : response.pipe(decoder())
    const chunks: Array<Buffer> = []
    let size = 0
    const fail = (error: Unreachable | TooLarge) => {
      body.destroy()
      resume(Effect.fail(error))
    }
    body.on("data", (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > limit) fail(new TooLarge({ limit }))
    })
    body.on("end", () => resume(Effect.succeed(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))))
    const broken = (error: Error) => {
      const { message } = fromNode(error)
      fail(
        new Unreachable({
          message: message === "aborted" ? "the connection was closed in the middle of the answer" : message
        })
      )
    }
    response.on("error", broken)
    if (body !== response)
      body.on("error", ({ message }) => broken(new Error(`the answer's ${coding} is damaged: ${message}`)))
    return Effect.sync(() => body.destroy())
  })
