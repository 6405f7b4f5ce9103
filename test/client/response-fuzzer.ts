import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { errorReasons } from "../../src/client/error-reasons.ts"
import { get, type Request } from "../../src/client/request.ts"
import { compileLogin } from "../../src/config/login-compiler.ts"
import { pagesOf } from "../../src/config/response-pages.ts"
import { PageSettings } from "../../src/config/schema/page-settings.ts"
import { compileTransform, detailsOf, plannerOf } from "../../src/config/transform-spec.ts"
import { convert } from "../../src/poll/convert-response.ts"
import { decode } from "../config/decode.ts"
import { seededRandom } from "../seeded-random.ts"
import { startClient } from "./target-exchange.ts"

/** Responses to start from: valid ones, unusual ones, and those with which the fuzzer once found a bug. */
export const corpus: ReadonlyArray<Buffer> = (() => {
  const folder = join(import.meta.dirname, "responses")
  return readdirSync(folder)
    .toSorted()
    .map((file) => readFileSync(join(folder, file)))
})()

/** Parts of responses that programs often parse wrongly. */
const tokens = `
HTTP/1.1 200 OK
HTTP/1.1 100 Continue
HTTP/1.1 401 Unauthorized
HTTP/1.1 307 Temporary Redirect
Content-Length: 5
Content-Length: 100000000000
Content-Length: -1
Transfer-Encoding: chunked
Transfer-Encoding: gzip, chunked
Content-Encoding: gzip
Content-Encoding: __proto__
Content-Encoding: toString
Content-Encoding:
Location: //x@[
Location: http://127.0.0.1:0/
Retry-After: 45.5
Retry-After: 99999999999999999999
Set-Cookie: =;;=
Set-Cookie: a=b; Max-Age=-1; Path=x
Link: <<>>; rel="next
Link: <http://[>; rel=next
WWW-Authenticate: Digest nonce="
WWW-Authenticate: Digest nonce=n, qop=x, algorithm=constructor
X-Auth-Token: \\x00\\xff
ETag: \\xe9
ffffffffffffffff
`
  .trim()
  .split("\n")
  .map((line) => line.replace(/\\x(..)/g, (_whole, hex) => String.fromCharCode(Number.parseInt(hex, 16))))
  .flatMap((line) => [Buffer.from(`${line}\r\n`, "latin1"), Buffer.from(line, "latin1")])
  .concat(
    ["\r\n", "\n", "\0", '"', "{", "[", "}", "]", ",", ":", "\\", "0\r\n\r\n", "1e999", "[".repeat(5000)].map((token) =>
      Buffer.from(token)
    )
  )

/** The response of a seed: one of the corpus with some changes. */
export const mutated = (seed: number): Buffer => {
  const next = seededRandom(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = (list: ReadonlyArray<Buffer>): Buffer => list[below(list.length)] ?? Buffer.alloc(0)
  let bytes = pick(corpus)
  for (let count = below(5); count > 0; count--) {
    const at = below(bytes.length + 1)
    const length = below(Math.min(16, bytes.length - at + 1))
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)]
    switch (below(6)) {
      case 0:
        bytes = Buffer.concat([before, Buffer.from([below(256)]), bytes.subarray(at + 1)])
        break
      case 1:
        bytes = Buffer.concat([before, after])
        break
      case 2:
        bytes = Buffer.concat([before, pick(tokens), bytes.subarray(at)])
        break
      case 3:
        bytes = Buffer.concat([before, pick(tokens), after])
        break
      case 4:
        bytes = Buffer.concat([before, pick(corpus)])
        break
      default:
        bytes = Buffer.from(before)
    }
  }
  return bytes
}

const secret = "hunter2"

/** Whether a message has a secret, a line end or a stack in it. */
const isUnfit = (message: string): boolean =>
  message.includes(secret) || /[\n\r\0]/.test(message) || /\bat \S+:\d+:\d+/.test(message)

/** Requests of all kinds whose next step depends on the response. */
const requests = (url: URL): ReadonlyArray<Request> => {
  const plain: Request = { ...get(url, Duration.millis(1000)), maxBody: 100_000 }
  const password = Redacted.make(secret)
  const login = compileLogin(
    "a",
    {
      url: url.href,
      json: { user: secret },
      take: { token: "$.data.token", session: { header: "X-Auth-Token" } },
      give: { headers: { Authorization: "{token}", X: "{session}" } },
      logout: "/{session}"
    },
    (path) => path
  )
  return [
    plain,
    { ...plain, auth: { _tag: "Basic", username: secret, password } },
    { ...plain, auth: { _tag: "Digest", username: "ada", password: { path: "/proc/sys/kernel/ostype" } } },
    { ...plain, method: "POST", body: Redacted.make(secret) },
    { ...plain, pages: pagesOf(decode(PageSettings)({ next: "$.next", max: 3 }), "json") },
    { ...plain, pages: pagesOf(decode(PageSettings)({ next: "link", max: 3 }), "json") },
    { ...plain, login: { login, interval: Duration.millis(1) } },
    ...detailed.map((spec) => ({ ...plain, details: detailsOf(spec, plannerOf(spec.mapping)) }))
  ]
}

/** Mappings whose rows need documents, at URLs from the response. */
const detailed = [true, false].map((partial) => ({
  mapping: { each: [{ path: "$[*]", optional: true, get: { url: "{@}", partial }, metrics: { a: "$.a" } }] },
  labels: {},
  maxSeries: 1000
}))

const transform = compileTransform({ mapping: undefined, labels: {}, maxSeries: 1000 })
const detailedTransform = compileTransform({ mapping: undefined, labels: {}, maxSeries: 1000, ...detailed[0] })

/**
 * Polls a server that responds with the mutated responses of `count` seeds. Throws at the first outcome that must not
 * happen. Returns how often each reason occurred.
 */
export const fuzz = async (first: number, count: number): Promise<ReadonlyMap<string, number>> => {
  let seed = first
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    socket.on("data", () => {
      // in one or two parts, then the end
      const bytes = mutated(seed++)
      const at = seed % 3 === 0 ? Math.floor(bytes.length / 2) : bytes.length
      socket.write(bytes.subarray(0, at))
      if (at < bytes.length) setImmediate(() => socket.end(bytes.subarray(at)))
      else if (seed % 2 === 0) socket.end()
      else setTimeout(() => socket.end(), 2)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`)
  const client = startClient()
  const scope = await Effect.runPromise(Scope.make())
  const exchanges = await Promise.all(
    requests(url).map((request) => Effect.runPromise(Scope.provide(client.open(request), scope)))
  )
  const seen = new Map<string, number>()
  const note = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1)
  try {
    while (seed < first + count) {
      const before = seed
      const exchange = exchanges[before % exchanges.length]
      if (exchange === undefined) throw new Error("no exchange")
      const exit = await Effect.runPromiseExit(exchange({ url: url.href, etag: '"1"', lastModified: undefined }))
      if (seed === before) seed++
      const fault = (what: unknown) => new Error(`response ${before} to ${seed}: ${what}`)
      if (Exit.isSuccess(exit)) {
        const hasDetails = exit.value._tag === "Fresh" && exit.value.details !== undefined
        const outcome = convert({ transform: hasDetails ? detailedTransform : transform, maxSeries: 1000 }, exit.value)
        const lost = outcome._tag === "Good" ? (outcome.result?.problems ?? []) : []
        const [unfit] = lost.filter(({ reason, found }) => reason === "detail" && isUnfit(found))
        if (unfit !== undefined) throw fault(unfit.found)
        if (lost.some(({ reason }) => reason === "detail")) note("detail")
        if (exit.value._tag === "Fresh") exit.value.release?.()
        if (outcome._tag === "Failed" && isUnfit(outcome.message)) throw fault(outcome.message)
        note(outcome._tag === "Failed" ? outcome.reason : outcome._tag)
        continue
      }
      const error = Cause.squash(exit.cause) as { readonly reason?: unknown; readonly message?: unknown }
      const reason = errorReasons.find((reason) => reason === error.reason)
      if (reason === undefined || reason === "internal") throw fault(Cause.pretty(exit.cause))
      if (isUnfit(String(error.message))) throw fault(error.message)
      note(reason)
    }
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    server.close()
  }
  return seen
}

if (import.meta.main) {
  // node test/client/response-fuzzer.ts COUNT [FIRST]
  const [count = "1000000", first = "1"] = process.argv.slice(2)
  const start = performance.now()
  for (let seed = Number(first); seed < Number(first) + Number(count); seed += 10_000) {
    const seen = await fuzz(seed, 10_000)
    const rss = Math.round(process.memoryUsage.rss() / 1e6)
    console.log(
      seed + 10_000 - Number(first),
      `${Math.round((performance.now() - start) / 1000)} s`,
      `${rss} MB`,
      JSON.stringify(Object.fromEntries(seen))
    )
  }
}
