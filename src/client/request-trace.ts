import type { ClientRequest, IncomingMessage } from "node:http"
import type { Socket } from "node:net"

/** RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Headers that help to understand a response, and what their values look like. Any other value is not shown: an
 * upstream may repeat a secret of the request in it.
 */
const shownHeaders: Readonly<Record<string, ReadonlyArray<RegExp>>> = {
  "content-type": [/^[a-z]+\/[\w.+-]+(; ?charset=[\w-]+)?$/i],
  "content-length": [/^\d+$/],
  "content-encoding": [/^(gzip|br|deflate|identity)$/],
  age: [/^\d+$/],
  date: [httpDate],
  "last-modified": [httpDate],
  "retry-after": [/^\d+$/, httpDate]
}

/**
 * Times of events in milliseconds from the start of the request. Undefined: it did not happen before the poll ended.
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
  /**
   * The redirects that were followed, such as `302 https://x`. Without paths, which may repeat a secret of the request.
   */
  readonly redirects: Array<string> = []
  /** The logins whose session is new to the target, and the token endpoint if there is a new token. */
  readonly logins: Array<string> = []
  /** Number of requests of this poll, with pages, documents of rows, redirects and second attempts. */
  requests = 0

  /** Records one request. Replaces the times of the request before: a redirect or a second attempt. */
  watch(request: ClientRequest): void {
    this.requests++
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
      Object.entries(shownHeaders).flatMap(([name, patterns]) => {
        const value = response.headers[name]
        return typeof value === "string" && patterns.some((pattern) => pattern.test(value)) ? [[name, value]] : []
      })
    )
    response.once("end", () => this.#mark("end"))
  }
}
