import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"

interface Connection {
  readonly socket: Socket
  /** Requests of it that are not answered in full. */
  requests: number
}

/** TLS makes a socket of its own for a connection; both ends of a TCP connection are the same in either. */
const peer = ({ remoteAddress, remotePort, localPort }: Socket): string | undefined =>
  remotePort === undefined ? undefined : `${remoteAddress} ${remotePort} ${localPort}`

/**
 * The connections of all clients of the pages, at most `most` of them, so that clients cannot take the descriptors that polls need. For one more the
 * connection gives way that has been idle longest; where none is idle, the one whose answer has made no progress for longest.
 */
export class Connections {
  readonly #most: number
  /** Both in the order in which they last showed a sign of life. */
  readonly #idle = new Set<Connection>()
  readonly #busy = new Set<Connection>()
  readonly #bySocket = new WeakMap<Socket, Connection>()
  readonly #byPeer = new Map<string, Connection>()

  constructor(most: number) {
    this.#most = most
  }

  /** Watches the connections of a server and the requests on them. */
  watch(server: Server): void {
    server.prependListener("connection", (socket) => this.#accept(socket))
    server.prependListener("secureConnection", (socket: TLSSocket) => this.#secure(socket))
    server.prependListener("request", (request, response) => this.#begin(request, response))
  }

  /** The client has read a part of its answer. */
  progressed(socket: Socket): void {
    const connection = this.#bySocket.get(socket)
    if (connection !== undefined && this.#busy.delete(connection)) this.#busy.add(connection)
  }

  #accept(socket: Socket): void {
    const connection: Connection = { socket, requests: 0 }
    const key = peer(socket)
    this.#bySocket.set(socket, connection)
    if (key !== undefined) this.#byPeer.set(key, connection)
    this.#idle.add(connection)
    socket.once("close", () => {
      this.#idle.delete(connection)
      this.#busy.delete(connection)
      if (key !== undefined && this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
    })
    if (this.#idle.size + this.#busy.size > this.#most) this.#makeRoom()
  }

  #makeRoom(): void {
    const [first] = this.#idle.size > 1 ? this.#idle : this.#busy
    if (first === undefined) return
    this.#idle.delete(first)
    this.#busy.delete(first)
    first.socket.destroy()
  }

  #secure(socket: TLSSocket): void {
    const connection = this.#byPeer.get(peer(socket) ?? "")
    if (connection !== undefined) this.#bySocket.set(socket, connection)
  }

  #begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#bySocket.get(socket)
    if (connection === undefined) return
    if (connection.requests++ === 0 && this.#idle.delete(connection)) this.#busy.add(connection)
    response.once("close", () => {
      if (--connection.requests === 0 && this.#busy.delete(connection)) this.#idle.add(connection)
    })
  }
}
