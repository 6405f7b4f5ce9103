import { fork } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/*
 * The upstream of all measured daemons, in its own process:
 *   /rows/N        N rows; each response differs from the one before
 *   /wide/N        N rows of a kilobyte each; a mapping uses a few bytes of them
 *   /same/N        N rows, always the same bytes
 *   /targets/ID    10 rows of one of many targets; records the time of the request
 *   /changing/ID   10 rows of one of many targets; each response differs from the one before
 */

const row = (index: number, turn: number, width: number) => ({
  id: `node-${String(index).padStart(6, "0")}`,
  region: ["ams1", "fra2", "iad3"][index % 3],
  cpu: ((index * 7919 + turn * 104729) % 10000) / 10000,
  queue: (index * 31 + turn * 17) % 1000,
  state: "ACTIVE",
  ...(width > 0 && { note: "x".repeat(width) })
})

const document = (rows: number, turn: number, width: number) => {
  const texts = Array.from({ length: rows }, (_, index) => JSON.stringify(row(index, turn, width)))
  return Buffer.from(`{"items":[${texts.join(",")}]}`)
}

/** Made once, since making them would cost CPU time during the measurement. */
const documents = new Map<string, Buffer>()
const answer = (kind: string, rows: number, turn: number) => {
  const variant = kind === "rows" || kind === "changing" ? turn % 4 : 0
  const key = `${kind}/${rows}/${variant}`
  const known = documents.get(key) ?? document(rows, variant, kind === "wide" ? 920 : 0)
  documents.set(key, known)
  return known
}

/** Epoch milliseconds of the requests, by target. */
export type Arrivals = Readonly<Record<string, ReadonlyArray<number>>>

type Question = "requests" | "arrivals"

const serve = () => {
  let requests = 0
  const arrivals: Record<string, Array<number>> = {}
  const server = createServer((request, response) => {
    const [, kind = "", name = ""] = (request.url ?? "").split("/")
    const targets = kind === "targets"
    if (targets) arrivals[name] = [...(arrivals[name] ?? []), Date.now()]
    const few = targets || kind === "changing"
    // by time: daemons that request in an order that repeats would always get the same of the four responses
    const turn = kind === "changing" ? Math.floor(Date.now() / 10_000) : requests
    requests++
    const body = answer(kind, few ? 10 : Number(name), turn)
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
  })
  server.keepAliveTimeout = 120_000
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    process.send?.((server.address() as AddressInfo).port)
  })
  process.on("message", (question: Question) => process.send?.(question === "requests" ? requests : arrivals))
  process.on("disconnect", () => process.exit())
}

export interface Upstream extends Disposable {
  readonly url: string
  /** Number of requests so far. */
  readonly requests: () => Promise<number>
  readonly arrivals: () => Promise<Arrivals>
}

export const startUpstream = async (): Promise<Upstream> => {
  const child = fork(import.meta.filename, ["serve"], { stdio: "inherit" })
  const [port] = await once(child, "message")
  const ask = async (question: Question) => {
    child.send(question)
    const [reply] = await once(child, "message")
    return reply
  }
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => ask("requests"),
    arrivals: () => ask("arrivals"),
    [Symbol.dispose]: () => child.disconnect()
  }
}

if (process.argv[2] === "serve" && process.argv[1] === import.meta.filename) serve()
