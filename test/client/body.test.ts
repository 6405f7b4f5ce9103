import { randomBytes } from "node:crypto"
import * as zlib from "node:zlib"
import * as Duration from "effect/Duration"
import { afterAll, beforeAll, expect, test } from "vitest"
import { get } from "../../src/client/request.ts"
import { type Fault, type Faulty, startFaulty } from "./faulty.ts"
import { opened, told } from "./opened.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

const document = JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ id: i })))
const coded =
  (coding: string, body: Buffer): Fault =>
  (response) =>
    void response.writeHead(200, { "content-encoding": coding }).end(body)

const poll = async (maxBody = 100_000) =>
  (await opened({ ...get(new URL(`${upstream.url}/coded`), Duration.seconds(20)), maxBody }))()

const codings: ReadonlyArray<readonly [coding: string, encode: (bytes: Buffer) => Buffer]> = [
  ["gzip", zlib.gzipSync],
  ["x-gzip", zlib.gzipSync],
  ["GZIP", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["br", zlib.brotliCompressSync],
  ["zstd", zlib.zstdCompressSync],
  ["identity", (bytes) => bytes]
]

test.each(codings)("an answer in %s is decoded", async (coding, encode) => {
  upstream.also.coded = coded(coding, encode(Buffer.from(document)))
  expect(told(await poll())).toBe(document)
})

test.each(codings)("the cap counts what comes out of %s", async (coding, encode) => {
  upstream.also.coded = coded(coding, encode(Buffer.from(document)))
  expect(told(await poll(document.length))).toBe(document)
  expect(told(await poll(document.length - 1))).toBe(
    `too_large: the response is longer than max_body, ${document.length - 1} bytes`
  )
})

test("compressed bytes count too, when nothing comes out of them", async () => {
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
  expect(told(await poll())).toBe("too_large: the response is longer than max_body, 100000 bytes")
  // what the sockets hold
  expect(sent).toBeLessThan(30_000_000)
})

test("bytes that cannot be compressed may be a little longer", async () => {
  const random = `"${randomBytes(75_000).toString("base64")}"`
  const encoded = zlib.gzipSync(random, { level: 0 })
  expect(encoded.length).toBeGreaterThan(random.length)
  upstream.also.coded = coded("gzip", encoded)
  expect(told(await poll(random.length))).toBe(random)
})

test("every coding that is offered is understood", async () => {
  upstream.also.coded = coded("identity", Buffer.from("{}"))
  await poll()
  const offered = upstream.requests.at(-1)?.headers["accept-encoding"]?.split(", ") ?? []
  expect(offered.length).toBeGreaterThan(2)
  expect(codings.map(([coding]) => coding)).toEqual(expect.arrayContaining(offered))
})

test("1 GB out of 1 MB costs no more memory than the cap allows", async () => {
  const most = 16_000_000
  // zeros go 1000 to 1; the bomb is made before the measurement
  const million = zlib.gzipSync(Buffer.alloc(1_000_000))
  upstream.also.coded = coded("gzip", Buffer.concat(Array.from({ length: 1000 }, () => million)))
  await poll(1000)
  const before = process.memoryUsage.rss()
  let highest = before
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 1)
  expect(told(await poll(most))).toBe(`too_large: the response is longer than max_body, ${most} bytes`)
  clearInterval(timer)
  expect(highest - before).toBeLessThan(3 * most)
})

test("an empty body is a body", async () => {
  upstream.also.coded = (response) => void response.writeHead(204).end()
  expect(told(await poll())).toBe("")
})
