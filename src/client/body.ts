import type { IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import * as zlib from "node:zlib"
import * as Result from "effect/Result"
import { detach } from "./detach.ts"
import { closedDuringResponse, overMemoryLimit, TooLarge, Unreachable } from "./errors.ts"
import { GrowingBuffer } from "./growing-buffer.ts"
import type { Account } from "./memory-budget.ts"

/** The content codings of RFC 9110, section 8.4.1, and zstd (RFC 8878). A map: the name comes from the response. */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", () => zlib.createGunzip()],
  ["x-gzip", () => zlib.createGunzip()],
  ["deflate", () => zlib.createInflate()],
  ["br", () => zlib.createBrotliDecompress()],
  ["zstd", () => zlib.createZstdDecompress()]
])

/** Without deflate: servers disagree on whether it has the header of zlib (RFC 1950) or not. */
export const acceptEncoding = "gzip, br, zstd"

export type Body = Result.Result<Buffer, Unreachable | TooLarge>

/** Wraps an event handler so that what it throws fails the request and not the process. */
export type Guard = <A extends ReadonlyArray<unknown>>(handler: (...args: A) => void) => (...args: A) => void

/** Undefined if the body is not encoded. An empty header means the same. */
const codingOf = ({ headers }: IncomingMessage): string | undefined => {
  const coding = headers["content-encoding"]?.trim().toLowerCase() ?? ""
  return coding === "" || coding === "identity" ? undefined : coding
}

/** How a body is read. */
export interface Reading {
  /** Bytes after decompression. */
  readonly limit: number
  /** The share of the memory budget that the body uses. */
  readonly account: Account
  readonly guard: Guard
}

/** The limit before decompression. It is a little higher, since compression makes random bytes longer. */
const compressedLimit = (limit: number) => 1.01 * limit + 1000

/**
 * Reads and decompresses the body of a response, and calls `done` with the result. Fails at the first chunk over the
 * limit, or at once if Content-Length is over it.
 */
export const readBody = (
  head: IncomingMessage,
  { limit, account, guard }: Reading,
  done: (body: Body) => void
): void => {
  const coding = codingOf(head)
  const decoder = coding === undefined ? undefined : decoders.get(coding)?.()
  const body: Readable = decoder === undefined ? head : head.pipe(decoder)
  const fail = (error: Unreachable | TooLarge) => {
    done(Result.fail(error))
    decoder?.destroy()
    head.destroy()
  }
  head.on("error", () => fail(closedDuringResponse))
  decoder?.on("error", ({ message }) =>
    fail(new Unreachable({ message: `the response's ${coding} is damaged: ${message}` }))
  )
  let compressed = 0
  // the limit of the decompressed bytes is not enough: gzip may have any number of empty members
  const count = guard((chunk: Buffer) => {
    compressed += chunk.length
    if (compressed > compressedLimit(limit)) fail(new TooLarge({ limit }))
  })
  if (decoder !== undefined) head.on("data", count)
  const announced = decoder === undefined ? Number(head.headers["content-length"] ?? Number.NaN) : Number.NaN
  const received = new GrowingBuffer(announced)
  /** The last chunk, which is already copied. The HTTP parser may use its memory until the next chunk comes. */
  let copied: Buffer | undefined
  const append = guard((chunk: Buffer) => {
    received.append(chunk)
    if (decoder === undefined && copied !== undefined) detach(copied)
    copied = chunk
    body.resume()
  })
  body.on(
    "data",
    guard((chunk: Buffer) => {
      if (body.destroyed) return
      if (received.size + chunk.length > limit) {
        fail(new TooLarge({ limit }))
        return
      }
      const growth = received.growthFor(chunk.length)
      if (growth === 0) return append(chunk)
      body.pause()
      account.take(
        growth,
        () => append(chunk),
        (total) => fail(overMemoryLimit(total))
      )
    })
  )
  const finish = guard(() => {
    const bytes = received.take()
    account.watch(bytes)
    done(Result.succeed(bytes))
  })
  // one tick later, when the connection is back in the pool: the next page can then use it
  body.on("end", () => process.nextTick(finish))
  if (coding !== undefined && decoder === undefined)
    fail(new Unreachable({ message: "the response has a content-encoding that was not asked for" }))
  else if (announced > limit) fail(new TooLarge({ limit }))
}
