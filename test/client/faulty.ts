import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import * as https from "node:https"
import type { AddressInfo, Socket } from "node:net"
import { deflateRawSync, gzipSync } from "node:zlib"
import { documents } from "./documents.ts"

/** Responds to one request, correctly or not. The socket is for bytes that no HTTP server would send. */
export type Fault = (response: ServerResponse, socket: Socket, request: IncomingMessage) => void

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/** Writes the same bytes until the socket closes. */
const forever = (socket: Socket, bytes: string | Uint8Array) => {
  const pump = () => {
    while (socket.writable && socket.write(bytes));
    if (socket.writable) socket.once("drain", pump)
  }
  pump()
}

/** Writes the bytes every 5 ms until the socket closes. */
const drip = (socket: Socket, bytes: string) => {
  const timer = setInterval(() => socket.write(bytes), 5)
  socket.once("close", () => clearInterval(timer))
}

/** 1 GB of zeros in 1 MB of gzip: the same member a thousand times. */
export const gzippedZeros = () => {
  const million = gzipSync(Buffer.alloc(1_000_000))
  return Buffer.concat(Array.from({ length: 1000 }, () => million))
}

const body =
  (bytes: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) =>
    void response.writeHead(200, { "content-type": "application/json", ...headers }).end(bytes)

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) =>
    void response.writeHead(code, headers).end('{"error":"an explanation that nobody reads"}')

/** What an upstream may do wrong, by name. */
export const faults = {
  good: body('{"a":1}'),

  hang: () => undefined,
  hang_in_headers: (_response, socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-"),
  hang_in_body: (response) => void response.writeHead(200).write('{"a":'),
  drip_headers: (_response, socket) => {
    socket.write("HTTP/1.1 200 OK\r\nX: ")
    drip(socket, "x")
  },
  drip_body: (response, socket) => {
    response.writeHead(200, { "content-length": 10_000 }).write("[")
    drip(socket, " ")
  },
  informs_forever: (response, socket) => {
    const timer = setInterval(() => response.writeProcessing(), 5)
    socket.once("close", () => clearInterval(timer))
  },

  reset: (_response, socket) => void socket.resetAndDestroy(),
  reset_in_body: (response, socket) =>
    void response.writeHead(200, { "content-length": 100 }).write('{"a":', () => socket.resetAndDestroy()),
  close: (_response, socket) => void socket.end(),
  close_in_headers: (_response, socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-"),
  close_in_body: (_response, socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":1}'),
  close_in_chunk: (_response, socket) => void socket.end(`${chunked}64\r\n{"a":1}`),
  bad_chunk: (_response, socket) => void socket.write(`${chunked}7\r\n{"a":1}\r\nnonsense\r\n\r\n`),
  not_http: (_response, socket) => void socket.write("SSH-2.0-OpenSSH_9.2\r\n"),
  two_lengths: (_response, socket) =>
    void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 8\r\n\r\n{"a":1}'),
  endless_headers: (_response, socket) => {
    socket.write("HTTP/1.1 200 OK\r\n")
    forever(socket, `X: ${"x".repeat(1000)}\r\n`)
  },
  upgrade: (_response, socket) =>
    void socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),

  flood: (_response, socket) => {
    socket.write(chunked)
    forever(socket, `10000\r\n${" ".repeat(0x10000)}\r\n`)
  },
  too_long: (response) => void response.writeHead(200, { "content-length": 10_000_000_000 }).write("["),
  bomb: (...exchange) => body(gzippedZeros(), { "content-encoding": "gzip" })(...exchange),
  damaged_gzip: body(gzipSync('{"a":1}').fill(0, 12, 16), { "content-encoding": "gzip" }),
  half_gzip: body(gzipSync('{"a":1}').subarray(0, -9), { "content-encoding": "gzip" }),
  unknown_coding: body("{}", { "content-encoding": "rot13" }),
  coding_constructor: body("{}", { "content-encoding": "constructor" }),
  coding_proto: body("{}", { "content-encoding": "__proto__" }),
  coding_to_string: body("{}", { "content-encoding": "toString" }),
  coding_empty: body('{"a":1}', { "content-encoding": "" }),
  raw_deflate: body(deflateRawSync('{"a":1}'), { "content-encoding": "deflate" }),

  one_byte_chunks: (_response, socket) => {
    socket.write(chunked)
    forever(socket, "1\r\n \r\n".repeat(10_000))
  },
  brackets: body("[".repeat(300_000)),
  announces_100_gb: (_response, socket) =>
    void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n{"a":1}'),
  no_content_with_length: (_response, socket) =>
    void socket.end("HTTP/1.1 204 No Content\r\nContent-Length: 20000\r\n\r\n"),

  status_500: status(500),
  status_500_unread: (_response, socket) => {
    socket.write("HTTP/1.1 500 Internal Server Error\r\n\r\n")
    forever(socket, " ".repeat(1000))
  },
  status_404: status(404),
  status_429: status(429, { "retry-after": "1" }),
  status_503: status(503, { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }),
  not_modified_unasked: (response) => void response.writeHead(304).end(),
  redirect_circle: (response, _socket, { url }) => void response.writeHead(302, { location: url }).end(),
  redirect_nowhere: status(302),
  redirect_to_file: status(301, { location: "file:///etc/passwd" }),
  redirect_to_closed: status(307, { location: "http://127.0.0.1:1/" }),

  ...Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, body(document())]))
} satisfies Readonly<Record<string, Fault>>

export interface Tls {
  readonly key: string
  readonly cert: string
  /** Clients must have a certificate of this authority. */
  readonly ca?: string
  readonly ciphers?: string
}

/** A server on a free port of loopback. The path of a request is the name of a fault: `/hang`, `/reset`. */
export interface Faulty extends AsyncDisposable {
  readonly server: Server
  readonly url: string
  readonly port: number
  /** More faults, by path without the slash. Tests add and change them. */
  readonly also: Record<string, Fault>
  /** All requests, oldest first. */
  readonly requests: Array<IncomingMessage>
  /** How many connections were opened since the start. */
  readonly connections: () => number
  readonly openSockets: () => Promise<number>
}

const own = <A>(table: Readonly<Record<string, A>>, name: string): A | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

export const startFaulty = async (tls?: Tls): Promise<Faulty> => {
  const also: Record<string, Fault> = {}
  const requests: Array<IncomingMessage> = []
  let connections = 0
  const server: Server = tls === undefined ? createServer() : https.createServer({ ...tls, requestCert: "ca" in tls })
  server.keepAliveTimeout = 60_000
  server.on("connection", (socket: Socket) => {
    connections++
    socket.on("error", () => undefined)
  })
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request)
    request.resume()
    response.on("error", () => undefined)
    const name = (request.url ?? "").slice(1).split("?", 1)[0] ?? ""
    const fault = own(also, name) ?? own<Fault>(faults, name) ?? faults.status_404
    fault(response, request.socket, request)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    server,
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    also,
    requests,
    connections: () => connections,
    openSockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      ),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}
