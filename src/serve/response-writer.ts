import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { BufferPool } from "../exposition/buffer-pool.ts"
import type { HttpResponse } from "./http-response.ts"

type Body = HttpResponse["body"]

/** Bytes that are written to a socket at once: TLS keeps an encrypted copy of them until the client has read them. */
const chunkSize = 65_536

/** Without TLS, a body of one part and at most this size (bytes) is written whole: each further write takes 5 µs. */
const maxWhole = 524_288

/** Smaller bodies are not counted: a client has one response at a time. */
const minCountedBytes = 65_536

/** Default limit, in bytes, of all bodies that clients are reading, without the newest one. */
const defaultMaxBytes = 64_000_000

interface Transfer {
  readonly bytes: number
  readonly responses: Set<ServerResponse>
  readonly unpin: () => void
}

/**
 * Writes responses as fast as their clients read them. All clients of one body share it. Bodies are kept until their
 * last client has read them, so their total size is limited: beyond the limit, the body that has made no progress for
 * longest is dropped, and its clients are disconnected.
 */
export class ResponseWriter {
  readonly #progressed: (socket: Socket) => void
  readonly #pool: BufferPool
  readonly #maxBytes: number
  /** In the order of their last progress. */
  readonly #transfers = new Map<Body, Transfer>()
  #bytes = 0

  constructor(pool: BufferPool, progressed: (socket: Socket) => void, maxBytes = defaultMaxBytes) {
    this.#pool = pool
    this.#progressed = progressed
    this.#maxBytes = maxBytes
  }

  write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
    if (response.destroyed) return
    response.writeHead(status, headers)
    const [first] = body
    if (response.req?.method === "HEAD") return void response.end()
    if (Number(headers["content-length"]) >= minCountedBytes) this.#add(response, body)
    const whole = response.socket !== null && "encrypted" in response.socket ? chunkSize : maxWhole
    if (first === undefined || (body.length === 1 && first.length <= whole)) return void response.end(first)
    this.#writeParts(response, body)
  }

  #writeParts(response: ServerResponse, body: Body): void {
    let index = 0
    let offset = 0
    const writeMore = () => {
      if (response.destroyed) return
      if (index > 0 || offset > 0) this.#progress(response, body)
      response.cork()
      for (let hasRoom = true; hasRoom; ) {
        const part = body[index]
        if (part === undefined) {
          response.end()
          break
        }
        const end = Math.min(offset + chunkSize, part.length)
        hasRoom = response.write(offset === 0 && end === part.length ? part : part.subarray(offset, end))
        offset = end
        if (offset < part.length) continue
        index++
        offset = 0
      }
      response.uncork()
      if (index < body.length || !response.writableEnded) response.once("drain", writeMore)
    }
    writeMore()
  }

  #add(response: ServerResponse, body: Body): void {
    const transfer = this.#transfers.get(body) ?? this.#begin(body)
    transfer.responses.add(response)
    response.once("close", () => {
      if (transfer.responses.delete(response) && transfer.responses.size === 0) this.#end(body, transfer)
    })
  }

  #begin(body: Body): Transfer {
    const bytes = body.reduce((size, { length }) => size + length, 0)
    for (const [other, transfer] of this.#transfers) {
      if (this.#bytes <= this.#maxBytes) break
      this.#end(other, transfer)
      for (const response of transfer.responses) response.destroy()
    }
    const transfer: Transfer = { bytes, responses: new Set(), unpin: this.#pool.pin(body) }
    this.#transfers.set(body, transfer)
    this.#bytes += bytes
    return transfer
  }

  #end(body: Body, transfer: Transfer): void {
    if (this.#transfers.get(body) !== transfer) return
    this.#transfers.delete(body)
    this.#bytes -= transfer.bytes
    transfer.unpin()
  }

  #progress(response: ServerResponse, body: Body): void {
    if (response.socket !== null) this.#progressed(response.socket)
    const transfer = this.#transfers.get(body)
    if (transfer === undefined) return
    this.#transfers.delete(body)
    this.#transfers.set(body, transfer)
  }
}
