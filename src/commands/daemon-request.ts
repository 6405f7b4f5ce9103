import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { badConfiguration, failure } from "../failure.ts"
import { fileLimits, readFile } from "../host/file-reader.ts"
import { type Address, showAddress } from "../serve/address.ts"
import { parseWebFile } from "../serve/web-config/web-file.ts"

/** Timeout for a page from a daemon on this machine. */
const timeout = "5 seconds"

/** The scheme of the pages: https if the web configuration has TLS. */
export const schemeOf = Option.match({
  onNone: () => Effect.succeed("http" as const),
  onSome: (file: string) =>
    Effect.gen(function* () {
      const bytes = yield* Effect.mapError(readFile(file, fileLimits.list), ({ why }) =>
        badConfiguration(`${file}: cannot be read: ${why}`)
      )
      const web = parseWebFile(file, bytes.toString("utf8"))
      if (Result.isFailure(web)) return yield* badConfiguration(...web.failure)
      return web.success.tls === undefined ? "http" : "https"
    })
})

/** An address of the daemon, or the path of its UNIX socket. */
export type Where = Address | { readonly socketPath: string }

interface Answer {
  readonly url: string
  readonly status: number
  readonly body: string
}

/** Bytes of a page. 100,000 targets take about half of it. */
const maxBytes = 100_000_000

/** The body of a response. The limit is for another server on this port, which may send without end. */
const textOf = async (response: http.IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error("the response is longer than 100 MB: is this a poller?")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Sends one request. Does not verify the certificate: it is for the public name of the daemon. */
const send = async (url: string, options: https.RequestOptions): Promise<Omit<Answer, "url">> => {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = url.startsWith("https:")
      ? https.get(url, { ...options, rejectUnauthorized: false }, resolve)
      : http.get(url, options, resolve)
    sent.on("error", reject)
  })
  return { status: response.statusCode ?? 0, body: await textOf(response) }
}

/** Requests a page from a daemon on this machine. Uses loopback if the daemon listens on all addresses. */
export const askDaemon = (
  scheme: "http" | "https",
  where: Where,
  path: string,
  headers: Readonly<Record<string, string>> = {}
) => {
  const [host, options] =
    "socketPath" in where
      ? ["localhost", where]
      : [showAddress({ host: where.host ?? "127.0.0.1", port: where.port }), undefined]
  const url = `${scheme}://${host}${path}`
  const name = "socketPath" in where ? `${where.socketPath}: ${url}` : url
  return Effect.tryPromise({
    try: (signal) => send(url, { ...options, headers, signal }),
    catch: (error) => failure(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(failure(`${name}: no response in ${timeout}`))
    }),
    Effect.map((answer): Answer => ({ url: name, ...answer }))
  )
}
