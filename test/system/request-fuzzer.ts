import { readdirSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { seededRandom } from "../seeded-random.ts"

/** Requests to mutate: valid ones, odd ones, and those with which the fuzzer has found a fault. */
export const corpus: ReadonlyArray<Buffer> = (() => {
  const folder = join(import.meta.dirname, "requests")
  return readdirSync(folder)
    .toSorted()
    .map((file) => readFileSync(join(folder, file)))
})()

/** Parts of requests that are often read wrongly. */
const tokens = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    " ",
    "\t",
    "\0",
    "\x7f",
    ":",
    "%",
    "%00",
    "%2e%2e%2f",
    "?",
    "#",
    "&",
    "=",
    ",",
    ";q=",
    '"'
  ],
  ...[
    "GET ",
    "HEAD ",
    "POST ",
    "TRACE ",
    "/metrics",
    "/targets/",
    "/api/targets",
    "HTTP/1.1",
    "HTTP/9.9",
    "Host: x\r\n"
  ],
  ...[
    "Content-Length: 5\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Transfer-Encoding: chunked\r\n"
  ],
  ...[
    "Transfer-Encoding: gzip, chunked\r\n",
    "Expect: 100-continue\r\n",
    "Expect: x\r\n",
    "Connection: keep-alive\r\n",
    "Connection: close\r\n"
  ],
  ...[
    "Upgrade: websocket\r\n",
    "Authorization: Basic ",
    "Authorization: Basic Og==\r\n",
    "Accept-Encoding: gzip;q=1\r\n",
    "Accept: */*\r\n"
  ],
  ...[
    "ffffffffffffffff\r\n",
    "0\r\n\r\n",
    "__proto__",
    "constructor",
    "\xff\xfe",
    "\xe2\x82",
    `X: ${"a".repeat(20_000)}\r\n`,
    "a".repeat(9000)
  ]
].map((token) => Buffer.from(token, "latin1"))

/** The request of a seed: one of the corpus, mutated. */
export const mutated = (seed: number): Buffer => {
  const next = seededRandom(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <A>(list: ReadonlyArray<A>): A => {
    const found = list[below(list.length)]
    if (found === undefined) throw new Error("an empty list")
    return found
  }
  const splice = (bytes: Buffer, begin: number, length: number, put: Buffer) =>
    Buffer.concat([bytes.subarray(0, begin), put, bytes.subarray(begin + length)])
  let bytes: Buffer = Buffer.from(pick(corpus))
  for (let count = below(6); count >= 0; count--) {
    const at = below(bytes.length + 1)
    const length = below(Math.min(16, bytes.length - at + 1))
    const changes = [
      () => splice(bytes, at, 1, Buffer.from([below(256)])),
      () => splice(bytes, at, length, Buffer.alloc(0)),
      () => splice(bytes, at, 0, bytes.subarray(at, at + length)),
      () => splice(bytes, at, 0, pick(tokens)),
      () => splice(bytes, at, length, pick(tokens)),
      () => Buffer.concat([bytes.subarray(0, at), pick(corpus)]),
      () => bytes.subarray(0, at),
      () => Buffer.concat(Array.from({ length: 1 + below(20) }, () => bytes))
    ]
    bytes = pick(changes)()
    if (bytes.length > 100_000) bytes = bytes.subarray(0, 100_000)
  }
  return bytes
}

/** Sends bytes on a connection of their own, ends it, and reads until the server ends it too. */
const exchange = async (port: number, request: Buffer): Promise<Buffer> => {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
  const received: Array<Buffer> = []
  socket.on("data", (chunk: Buffer) => received.push(chunk))
  // a server may close while a client still writes, as for a bad request
  socket.on("error", () => undefined)
  socket.end(request)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the connection does not end")), 30_000)
    socket.once("close", () => {
      clearTimeout(timer)
      resolve()
    })
  }).finally(() => socket.destroy())
  return Buffer.concat(received)
}

const expected = new Set(["100", "200", "400", "401", "404", "405", "408", "413", "414", "417", "431", "503"])

/** What is wrong with a response, if anything is. Its end may be missing: the server may close the connection early. */
export const fault = (response: Buffer): string | undefined => {
  const text = response.toString("latin1")
  if (text === "") return undefined
  if (!text.startsWith("HTTP/1.1 ")) return `begins with ${JSON.stringify(text.slice(0, 60))}`
  for (const [, status = ""] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
    if (!expected.has(status)) return `has status ${status}`
  }
  return /at .*\(?(file|node):/.test(text) ? "has a stack in it" : undefined
}

const show = (request: Buffer) => JSON.stringify(request.toString("latin1").slice(0, 300))

/** Sends the mutated requests of `count` seeds, some at a time. Throws at the first fault, with its seed. */
export const fuzz = async (port: number, first: number, count: number, concurrency = 20): Promise<void> => {
  let next = first
  const work = async () => {
    while (next < first + count) {
      const seed = next++
      const request = mutated(seed)
      const response = await exchange(port, request).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message} for ${show(request)}`)
      })
      const found = fault(response)
      if (found !== undefined) throw new Error(`seed ${seed}: the response ${found} for ${show(request)}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

/** `node test/system/request-fuzzer.ts PORT FIRST COUNT`: the long run, against a daemon on this machine. */
if (process.argv[1] === import.meta.filename) {
  const [port = 0, first = 0, count = 0] = process.argv.slice(2).map(Number)
  const step = 10_000
  for (let from = first; from < first + count; from += step) {
    await fuzz(port, from, Math.min(step, first + count - from))
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    if (health.status !== 200) throw new Error(`/healthz is ${health.status} after seed ${from}`)
    console.log(`${from + step - first} requests`)
  }
}
