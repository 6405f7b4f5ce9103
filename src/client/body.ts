import type { IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import * as zlib from "node:zlib"
import * as Result from "effect/Result"
import { detach } from "./detach.ts"
import { brokenOff, TooLarge, tooMuchAtOnce, Unreachable } from "./errors.ts"
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

/** Undefined if the body is as it was sent; an empty header means that too. */
const codingOf = ({ headers }: IncomingMessage): string | undefined => {
  const coding = headers["content-encoding"]?.trim().toLowerCase() ?? ""
  return coding === "" || coding === "identity" ? undefined : coding
}

/** How a body is read: at most `limit` bytes, in memory that `account` pays for, by handlers that `guard` wraps. */
export interface Reading {
  readonly limit: number
  readonly account: Account
  readonly guard: Guard
}

/** How long the compressed form of `limit` bytes may be: bytes that cannot be compressed get a little longer. */
const compressedLimit = (limit: number) => 1.01 * limit + 1000

/**
 * Reads the body of a response to its end, decompressed, and calls `tell` once. It stops at the chunk that passes the
 * limit, or before the first one if Content-Length is greater.
 */
export const readBody = (
  head: IncomingMessage,
  { limit, account, guard }: Reading,
  tell: (body: Body) => void
): void => {
  const coding = codingOf(head)
  const decoder = coding === undefined ? undefined : decoders.get(coding)?.()
  const body: Readable = decoder === undefined ? head : head.pipe(decoder)
  const fail = (error: Unreachable | TooLarge) => {
    tell(Result.fail(error))
    decoder?.destroy()
    head.destroy()
  }
  head.on("error", () => fail(brokenOff))
  decoder?.on("error", ({ message }) =>
    fail(new Unreachable({ message: `the response's ${coding} is damaged: ${message}` }))
  )
  let compressed = 0
  // whatever comes out of them: members of gzip may be empty, without end
  const count = guard((chunk: Buffer) => {
    compressed += chunk.length
    if (compressed > compressedLimit(limit)) fail(new TooLarge({ limit }))
  })
  if (decoder !== undefined) head.on("data", count)
  const announced = decoder === undefined ? Number(head.headers["content-length"] ?? Number.NaN) : Number.NaN
  const received = new GrowingBuffer(announced)
  /** Already copied. The HTTP parser may use it until the next chunk comes. */
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
        (total) => fail(tooMuchAtOnce(total))
      )
    })
  )
  const finish = guard(() => {
    const bytes = received.take()
    account.watch(bytes)
    tell(Result.succeed(bytes))
  })
  // one tick later the connection is back in the pool, for the next page
  body.on("end", () => process.nextTick(finish))
  if (coding !== undefined && decoder === undefined)
    fail(new Unreachable({ message: "the response has a content-encoding that was not asked for" }))
  else if (announced > limit) fail(new TooLarge({ limit }))
}
