import { randomBytes } from "node:crypto"
import * as zlib from "node:zlib"
import * as Duration from "effect/Duration"
import { afterAll, beforeAll, expect, test } from "vitest"
import { get } from "../../src/client/request.ts"
import { type Fault, type Faulty, gzippedZeros, startFaulty } from "./faulty.ts"
import { openExchange, resultText } from "./target-exchange.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

const document = JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ id: i })))
const respondWith =
  (coding: string, body: Buffer): Fault =>
  (response) =>
    void response.writeHead(200, { "content-encoding": coding }).end(body)

const poll = async (maxBody = 100_000) =>
  (await openExchange({ ...get(new URL(`${upstream.url}/coded`), Duration.seconds(20)), maxBody }))()

const codings: ReadonlyArray<readonly [coding: string, encode: (bytes: Buffer) => Buffer]> = [
  ["gzip", zlib.gzipSync],
  ["x-gzip", zlib.gzipSync],
  ["GZIP", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["br", zlib.brotliCompressSync],
  ["zstd", zlib.zstdCompressSync],
  ["identity", (bytes) => bytes]
]

test.each(codings)("a response in %s is decoded", async (coding, encode) => {
  upstream.also.coded = respondWith(coding, encode(Buffer.from(document)))
  expect(resultText(await poll())).toBe(document)
})

test.each(codings)("max_body limits the decoded bytes of %s", async (coding, encode) => {
  upstream.also.coded = respondWith(coding, encode(Buffer.from(document)))
  expect(resultText(await poll(document.length))).toBe(document)
  expect(resultText(await poll(document.length - 1))).toBe(
    `too_large: the response is longer than max_body, ${document.length - 1} bytes`
  )
})

test("max_body limits the compressed bytes too: empty gzip members do not get around it", async () => {
  const empty = zlib.gzipSync("")
  let sent = 0
  upstream.also.coded = (response) => {
    response.writeHead(200, { "content-encoding": "gzip" })
    const pump = () => {
      while (!response.destroyed && response.write(Buffer.concat(Array(1000).fill(empty)))) sent += 1000 * empty.length
    }
    response.on("drain", pump)
    pump()
  }
  expect(resultText(await poll())).toBe("too_large: the response is longer than max_body, 100000 bytes")
  // what the buffers of the sockets can hold
  expect(sent).toBeLessThan(30_000_000)
})

test("a compressed body may be a little longer than max_body, since random bytes cannot be compressed", async () => {
  const random = `"${randomBytes(75_000).toString("base64")}"`
  const encoded = zlib.gzipSync(random, { level: 0 })
  expect(encoded.length).toBeGreaterThan(random.length)
  upstream.also.coded = respondWith("gzip", encoded)
  expect(resultText(await poll(random.length))).toBe(random)
})

test("every coding in Accept-Encoding can be decoded", async () => {
  upstream.also.coded = respondWith("identity", Buffer.from("{}"))
  await poll()
  const offered = upstream.requests.at(-1)?.headers["accept-encoding"]?.split(", ") ?? []
  expect(offered.length).toBeGreaterThan(2)
  expect(codings.map(([coding]) => coding)).toEqual(expect.arrayContaining(offered))
})

test("a body that decodes from 1 MB to 1 GB takes no more memory than a few times max_body", async () => {
  const most = 16_000_000
  // made before the measurement
  upstream.also.coded = respondWith("gzip", gzippedZeros())
  await poll(1000)
  const before = process.memoryUsage.rss()
  let highest = before
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 1)
  expect(resultText(await poll(most))).toBe(`too_large: the response is longer than max_body, ${most} bytes`)
  clearInterval(timer)
  // without the limit it would be 1 GB
  expect(highest - before).toBeLessThan(10 * most)
})

test("an empty body is a body", async () => {
  upstream.also.coded = (response) => void response.writeHead(204).end()
  expect(resultText(await poll())).toBe("")
})
