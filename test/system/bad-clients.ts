import { connect, type Socket } from "node:net"

const request = (path: string, head = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n`

/** Writes a byte from time to time until the socket closes. */
const drip = (socket: Socket) => {
  const timer = setInterval(() => socket.write("x"), 20)
  socket.once("close", () => clearInterval(timer))
}

/** What bad clients do, by name. Each function gets a connected socket that nobody reads yet. */
const kinds = {
  idle: () => undefined,
  drips_head: (socket) => {
    socket.write("GET / HTTP/1.1\r\nX: ")
    drip(socket)
  },
  drips_body: (socket) => {
    socket.write("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n")
    drip(socket)
  },
  never_reads: (socket) => void socket.write(request("/metrics")),
  never_reads_page: (socket) => void socket.write(request("/")),
  reads_slowly: (socket) => {
    socket.write(request("/metrics?x", "Connection: close\r\n"))
    const timer = setInterval(() => socket.read(100), 20)
    socket.once("close", () => clearInterval(timer))
  },
  pipelines: (socket) => void socket.write(request("/metrics?x").repeat(300)),
  pipelines_pages: (socket) => void socket.write(request("/").repeat(300)),
  pipelines_and_reads: (socket) =>
    void socket.resume().write(request("/healthz").repeat(10) + request("/metrics", "Connection: close\r\n")),
  half_closes: (socket) => void socket.resume().end(request("/api/targets")),
  resets: (socket) => void socket.write(request("/metrics"), () => socket.resetAndDestroy()),
  leaves: (socket) => {
    socket.write(request("/"))
    socket.once("readable", () => socket.destroy())
  },
  not_http: (socket) => void socket.resume().write("SSH-2.0-OpenSSH_9.2\r\n"),
  tls: (socket) => void socket.resume().write(Buffer.from("16030100050100000100", "hex")),
  http2: (socket) => void socket.resume().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  huge_head: (socket) => void socket.resume().write(request("/", `X: ${"x".repeat(1_000_000)}\r\n`)),
  two_lengths: (socket) =>
    void socket.resume().write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
  upgrades: (socket) => void socket.resume().write(request("/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"))
} satisfies Readonly<Record<string, (socket: Socket) => void>>

export interface BadClients extends Disposable {
  /** How many connections of each kind have ended. */
  readonly ended: Readonly<Record<keyof typeof kinds, number>>
}

/** How many connections of each kind are open at once. */
const each = 3

/** Keeps clients of every kind connected to a port until it is disposed of. A client that is cut off reconnects. */
export const badClients = (port: number): BadClients => {
  const sockets = new Set<Socket>()
  const ended = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0])) as Record<keyof typeof kinds, number>
  let isOver = false
  const open = (kind: keyof typeof kinds) => {
    if (isOver) return
    const socket = connect(port, "127.0.0.1", () => kinds[kind](socket))
    sockets.add(socket)
    socket.on("error", () => undefined)
    socket.once("close", () => {
      sockets.delete(socket)
      if (!isOver) ended[kind]++
      setTimeout(open, 20, kind)
    })
  }
  for (const kind of Object.keys(kinds) as ReadonlyArray<keyof typeof kinds>) {
    for (let n = 0; n < each; n++) open(kind)
  }
  return {
    ended,
    [Symbol.dispose]: () => {
      isOver = true
      for (const socket of sockets) socket.destroy()
    }
  }
}
