import type { ClientRequest, IncomingMessage } from "node:http"
import type { Socket } from "node:net"

/** Headers that help to understand a response. None of them can hold a secret. */
const shownHeaders = [
  "content-type",
  "content-length",
  "content-encoding",
  "age",
  "date",
  "last-modified",
  "etag",
  "cache-control",
  "retry-after"
] as const

const maxHeaderLength = 200

/**
 * What happened when, in milliseconds from the start of the request. What is undefined did not happen, or not before
 * the poll ended.
 */
export interface RequestTimes {
  /** The name was resolved. */
  readonly lookup?: number
  readonly connect?: number
  readonly tls?: number
  readonly firstByte?: number
  /** The response was complete. */
  readonly end?: number
}

/** How the last request of a poll went. It is filled while the request is under way. */
export class RequestTrace {
  #start = 0
  times: RequestTimes = {}
  /** The connection was kept from an earlier poll. */
  reused = false
  address: string | undefined
  status: number | undefined
  headers: Readonly<Record<string, string>> = {}
  /** The redirects that were followed, such as `302 https://x/y`. */
  readonly redirects: Array<string> = []

  /** Follows one request. A redirect or a second attempt begins anew. */
  watch(request: ClientRequest): void {
    this.#start = performance.now()
    this.times = {}
    this.status = undefined
    this.headers = {}
    request.once("socket", (socket) => this.#watchSocket(socket, request.reusedSocket))
    request.once("response", (response) => this.#watchResponse(response))
  }

  #mark(what: keyof RequestTimes): void {
    this.times = { ...this.times, [what]: performance.now() - this.#start }
  }

  #watchSocket(socket: Socket, reused: boolean): void {
    this.reused = reused
    if (!socket.connecting) {
      this.address = socket.remoteAddress
      return
    }
    socket.once("lookup", () => this.#mark("lookup"))
    socket.once("connect", () => {
      this.address = socket.remoteAddress
      this.#mark("connect")
    })
    socket.once("secureConnect", () => this.#mark("tls"))
  }

  #watchResponse(response: IncomingMessage): void {
    this.#mark("firstByte")
    this.status = response.statusCode
    this.headers = Object.fromEntries(
      shownHeaders.flatMap((name) => {
        const value = response.headers[name]
        return typeof value === "string" ? [[name, value.slice(0, maxHeaderLength)]] : []
      })
    )
    response.once("end", () => this.#mark("end"))
  }
}
