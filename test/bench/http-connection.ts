import { once } from "node:events"
import { connect, type Socket } from "node:net"

export interface Reply {
  readonly status: number
  readonly milliseconds: number
  readonly body: Buffer
}

export interface Connection extends Disposable {
  /** One request and its whole reply. The body is kept only on demand. */
  readonly get: (path: string, options?: { readonly gzip?: boolean; readonly keep?: boolean }) => Promise<Reply>
}

/** Where the body of a reply ends. */
type Framing = { readonly _tag: "Length"; readonly length: number } | { readonly _tag: "Chunked" }

const lastChunk = Buffer.from("0\r\n\r\n")

const framing = (head: string): Framing => {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  return length === undefined ? { _tag: "Chunked" } : { _tag: "Length", length: Number(length) }
}

/**
 * All connections read into this buffer: allocating 64 kB for each read takes longer than serving them.
 */
const memory = Buffer.alloc(1 << 20)

/** The handler of the bytes that a connection reads. */
interface Reader {
  read: (chunk: Buffer) => void
}

/**
 * A keep-alive connection with just enough of HTTP/1.1 to find the end of a reply: node:http as a client would cost
 * more than the measured servers.
 */
export const open = async (port: number): Promise<Connection> => {
  const reader: Reader = { read: () => undefined }
  const callback = (bytes: number) => {
    reader.read(memory.subarray(0, bytes))
    return true
  }
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer: memory, callback } })
  await once(socket, "connect")
  return {
    get: (path, { gzip = false, keep = false } = {}) => exchange(socket, reader, request(path, gzip), keep),
    [Symbol.dispose]: () => socket.destroy()
  }
}

const request = (path: string, gzip: boolean) =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain\r\n${gzip ? "Accept-Encoding: gzip\r\n" : ""}\r\n`

const exchange = (socket: Socket, reader: Reader, text: string, keep: boolean) =>
  new Promise<Reply>((resolve, reject) => {
    const start = performance.now()
    let head = ""
    let end: Framing | undefined
    let received = 0
    let tail = Buffer.alloc(0)
    const kept: Array<Buffer> = []

    const done = () => {
      socket.off("error", fail).off("close", close)
      const body = Buffer.concat(kept)
      resolve({ status: Number(head.slice(9, 12)), milliseconds: performance.now() - start, body })
    }
    const fail = (error: Error) => reject(error)
    const close = () => reject(new Error("the connection was closed before the end of a reply"))
    if (socket.closed) return close()
    reader.read = (chunk) => {
      let body = chunk
      if (end === undefined) {
        head += chunk.toString("latin1")
        const headEnd = head.indexOf("\r\n\r\n")
        if (headEnd < 0) return
        const rest = head.length - headEnd - 4
        head = head.slice(0, headEnd)
        end = framing(head)
        body = chunk.subarray(chunk.length - rest)
      }
      received += body.length
      if (keep) kept.push(Buffer.from(body))
      if (end._tag === "Length") return received >= end.length ? done() : undefined
      tail = Buffer.concat([tail, body.subarray(-lastChunk.length)]).subarray(-lastChunk.length)
      if (tail.equals(lastChunk)) done()
    }
    socket.on("error", fail).on("close", close)
    socket.write(text)
  })

/** One request on a new connection. */
export const getOnce = async (port: number, path: string, options: { readonly gzip?: boolean } = {}) => {
  using connection = await open(port)
  return await connection.get(path, { ...options, keep: true })
}
