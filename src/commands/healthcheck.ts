import { get, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failure } from "../failure.ts"
import { type Address, showAddress } from "../serve/address.ts"
import { addresses } from "./addresses.ts"
import * as flags from "./flags.ts"

/** A daemon that takes longer than this for a line of text is not well. */
const patience = "5 seconds"

/** One request, without a client that would have to be read first: a container asks every few seconds. */
const request = async (url: string, signal: AbortSignal) => {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { signal }, resolve).on("error", reject)
  )
  return { status: response.statusCode, body: await text(response) }
}

/** Fails with what is wrong. A daemon that serves on all addresses is asked on loopback. */
const ask = Effect.fnUntraced(function* ({ host = "127.0.0.1", port }: Address) {
  const url = `http://${showAddress({ host, port })}/healthz`
  const fail = (what: string) => failure(`${url}: ${what.trim().replaceAll("\n", ", ")}`)
  const { status, body } = yield* Effect.tryPromise({
    try: (signal) => request(url, signal),
    catch: (error) => fail(error instanceof Error ? error.message : String(error))
  }).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(fail(`no answer in ${patience}`)) }))
  if (status !== 200) return yield* fail(`status ${status}, ${body}`)
})

export const healthcheck = Command.make("healthcheck", { addr: flags.addr }, ({ addr }) =>
  Effect.flatMap(addresses(addr), Effect.forEach(ask, { discard: true }))
).pipe(Command.withDescription("Ask a daemon on this machine whether it is well, as a container's health check does"))
