import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"

interface Connection {
  readonly socket: Socket
  /** Whether a request has come on it. */
  isUsed: boolean
  /** For each open request, in order: the function that starts its response. */
  readonly requests: Array<() => void>
}

/**
 * Requests that a client may send before it has their responses (RFC 9112, section 9.3.2). Current clients send one.
 */
const maxPipelined = 16

/**
 * Stops Node's parser. It finds up to 3,000 requests in one read and allocates some kB for each, even after the socket
 * is destroyed. There is no public way to stop it. The result 2 tells it that the following bytes are another protocol.
 */
const stopParsing = (socket: Socket): void => {
  const { parser } = socket as Socket & { readonly parser?: { onIncoming?: unknown } | null }
  if (parser?.onIncoming !== undefined) parser.onIncoming = () => 2
}

/** Identifies a TCP connection and the TLS connection on it: both have the same addresses and ports. */
const peer = ({ remoteAddress, remotePort, localPort }: Socket): string | undefined =>
  remotePort === undefined ? undefined : `${remoteAddress} ${remotePort} ${localPort}`

/**
 * The connections of all clients of the pages, at most `max` of them, so that clients cannot take the file descriptors
 * that polls need. A new connection beyond `max` closes the one that has been idle longest or, if none is idle, the one
 * whose response has made no progress for longest. Requests of one connection are answered one after the other: a
 * client that does not read its responses cannot start more work.
 */
export class Connections {
  readonly #max: number
  /** Both in the order of their last activity. */
  readonly #idle = new Set<Connection>()
  readonly #busy = new Set<Connection>()
  readonly #bySocket = new WeakMap<Socket, Connection>()
  readonly #byPeer = new Map<string, Connection>()

  constructor(max: number) {
    this.#max = max
  }

  /** Calls `answer` for the requests of a server. */
  watch(server: Server, answer: (request: IncomingMessage, response: ServerResponse) => void): void {
    // Node calls this when the server closes; Node's own method would also close connections before their first request
    server.closeIdleConnections = () => this.#closeUsed()
    server.prependListener("connection", (socket) => this.#accept(socket))
    server.prependListener("secureConnection", (socket: TLSSocket) => this.#secure(socket))
    const enqueue = (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.#bySocket.get(request.socket)
      if (connection === undefined) return answer(request, response)
      if (!server.listening) response.setHeader("connection", "close")
      if (connection.requests.length === maxPipelined) stopParsing(request.socket)
      this.#enqueue(server, connection, response, () => answer(request, response))
    }
    server.on("request", enqueue)
    // for requests with an unknown Expect header: Node would respond at once, even if other requests wait
    server.on("checkExpectation", enqueue)
  }

  /** The client has read a part of its response. */
  readonly progressed = (socket: Socket): void => {
    const connection = this.#bySocket.get(socket)
    if (connection !== undefined && this.#busy.delete(connection)) this.#busy.add(connection)
  }

  #accept(socket: Socket): void {
    const connection: Connection = { socket, isUsed: false, requests: [] }
    const key = peer(socket)
    this.#bySocket.set(socket, connection)
    if (key !== undefined) this.#byPeer.set(key, connection)
    this.#idle.add(connection)
    socket.once("close", () => {
      this.#remove(connection)
      if (key !== undefined && this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
    })
    if (this.#idle.size + this.#busy.size > this.#max) this.#makeRoom()
  }

  #remove(connection: Connection): void {
    this.#idle.delete(connection)
    this.#busy.delete(connection)
    connection.requests.length = 0
  }

  #makeRoom(): void {
    const [first] = this.#idle.size > 1 ? this.#idle : this.#busy
    if (first === undefined) return
    this.#remove(first)
    first.socket.destroy()
  }

  #closeUsed(): void {
    for (const { socket, isUsed } of this.#idle) if (isUsed) socket.destroy()
  }

  #secure(socket: TLSSocket): void {
    // a UNIX socket has no peer address
    this.#bySocket.set(socket, this.#byPeer.get(peer(socket) ?? "") ?? { socket, isUsed: false, requests: [] })
  }

  #enqueue(server: Server, connection: Connection, response: ServerResponse, begin: () => void): void {
    const { socket, requests } = connection
    connection.isUsed = true
    if (socket.destroyed) return
    if (requests.length === maxPipelined) {
      this.#remove(connection)
      socket.destroy()
      return
    }
    response.once("close", () => {
      requests.shift()
      const [next] = requests
      if (next !== undefined) return next()
      if (this.#busy.delete(connection)) this.#idle.add(connection)
      // with TLS this is not the socket of the connection: it still has to send its last bytes
      if (!server.listening) response.req.socket.destroySoon()
    })
    requests.push(begin)
    if (requests.length > 1) return
    if (this.#idle.delete(connection)) this.#busy.add(connection)
    begin()
  }
}
