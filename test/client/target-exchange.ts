import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { onTestFinished } from "vitest"
import type { UpstreamError } from "../../src/client/errors.ts"
import type { Channel, UpstreamResponse } from "../../src/client/exchange.ts"
import { HttpClient } from "../../src/client/http-client.ts"
import type { Request } from "../../src/client/request.ts"
import type { Validators } from "../../src/client/validators.ts"

/** An HTTP client with at most `idle` idle connections and `memory` bytes of bodies. It is never closed. */
export const startClient = (idle = 100, memory?: number) => {
  const layer = HttpClient.layer("poller/0.0.0", idle, memory)
  const services = Effect.runSync(Effect.flatMap(Scope.make(), (scope) => Layer.buildWithScope(layer, scope)))
  return Context.get(services, HttpClient)
}

/** Opens the exchange of a target until the test ends. Each call of the returned function is one poll. */
export const openExchange = async (request: Request, client = startClient(), withSpare?: Channel["withSpare"]) => {
  const scope = await Effect.runPromise(Scope.make())
  const exchange = await Effect.runPromise(Scope.provide(client.open(request, withSpare), scope))
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  onTestFinished(close)
  const poll = (validators?: Validators) => Effect.runPromise(Effect.result(exchange(validators)))
  return Object.assign(poll, { close, exchange })
}

/** The result of a poll as text: the body, the status of a response without one, or `reason: message`. */
export const resultText = (result: Result.Result<UpstreamResponse, UpstreamError>) =>
  Result.match(result, {
    onFailure: ({ reason, message }) => `${reason}: ${message}`,
    onSuccess: (response) => (response._tag === "Fresh" ? Buffer.from(response.body).toString() : `${response.status}`)
  })
