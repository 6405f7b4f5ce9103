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

/** An HTTP client that keeps at most `idle` connections, and `memory` bytes of bodies. It lives as long as the process. */
export const startClient = (idle = 100, memory?: number) => {
  const layer = HttpClient.layer("poller/0.0.0", idle, memory)
  const services = Effect.runSync(Effect.flatMap(Scope.make(), (scope) => Layer.buildWithScope(layer, scope)))
  return Context.get(services, HttpClient)
}

/** The exchange of a target until the test ends: ask it for one poll's answer or error, as often as you like. */
export const opened = async (request: Request, client = startClient(), withSpare?: Channel["withSpare"]) => {
  const scope = await Effect.runPromise(Scope.make())
  const exchange = await Effect.runPromise(Scope.provide(client.open(request, withSpare), scope))
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  onTestFinished(close)
  const poll = (validators?: Validators) => Effect.runPromise(Effect.result(exchange(validators)))
  return Object.assign(poll, { close, exchange })
}

/** An outcome as text: the body, or the error's reason and message. */
export const told = (result: Result.Result<UpstreamResponse, UpstreamError>) =>
  Result.match(result, {
    onFailure: ({ reason, message }) => `${reason}: ${message}`,
    onSuccess: (answer) => (answer._tag === "Fresh" ? Buffer.from(answer.body).toString() : `${answer.status}`)
  })
