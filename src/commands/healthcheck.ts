import * as http from "node:http"
import * as https from "node:https"
import { text } from "node:stream/consumers"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { badConfiguration, failure } from "../failure.ts"
import { fileLimits, readFile } from "../host/file-reader.ts"
import { type Address, showAddress } from "../serve/address.ts"
import { parseWebFile } from "../serve/web-config/web-file.ts"
import * as flags from "./flags.ts"

/** A daemon that takes longer than this for a line of text is not well. */
const patience = "5 seconds"

/** The scheme of the pages: with TLS when the web config says so. */
const schemeOf = Option.match({
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

/** One request. The certificate is for a name that others know the daemon by, so it is not verified here. */
const request = async (url: string, signal: AbortSignal) => {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = url.startsWith("https:")
      ? https.get(url, { signal, rejectUnauthorized: false }, resolve)
      : http.get(url, { signal }, resolve)
    sent.on("error", reject)
  })
  return { status: response.statusCode, body: await text(response) }
}

/** Fails with what is wrong. A daemon that serves on all addresses is asked on loopback. */
const ask = Effect.fnUntraced(function* (scheme: "http" | "https", { host = "127.0.0.1", port }: Address) {
  const url = `${scheme}://${showAddress({ host, port })}/healthz`
  const fail = (what: string) => failure(`${url}: ${what.trim().replaceAll("\n", ", ")}`)
  const { status, body } = yield* Effect.tryPromise({
    try: (signal) => request(url, signal),
    catch: (error) => fail(error instanceof Error ? error.message : String(error))
  }).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(fail(`no answer in ${patience}`)) }))
  if (status !== 200) return yield* fail(`status ${status}, ${body}`)
})

export const healthcheck = Command.make(
  "healthcheck",
  { addr: flags.addr, webConfig: flags.webConfig },
  Effect.fnUntraced(function* ({ addr, webConfig }) {
    const scheme = yield* schemeOf(webConfig)
    for (const address of yield* flags.addresses(addr)) yield* ask(scheme, address)
  })
).pipe(Command.withDescription("Ask a daemon on this machine whether it is well, as a container's health check does"))
