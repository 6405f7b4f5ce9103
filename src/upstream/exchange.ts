import * as http from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { BadStatus, Timeout, Unreachable, type UpstreamError } from "./errors.ts"
import type { Request } from "./request.ts"
export type Answer =
  | { readonly _tag: "Fresh"; readonly status: number; readonly body: Uint8Array }
  | { readonly _tag: "NotModified"; readonly status: number }
export class Upstream extends Context.Service<
  Upstream,
  { readonly open: (request: Request) => Effect.Effect<Effect.Effect<Answer, UpstreamError>, never, Scope.Scope> }
>()("poller/Upstream") {
  static readonly layer = Layer.succeed(Upstream, {
    open: (request) =>
      Effect.succeed(
        Effect.callback<Answer, UpstreamError>((resume) => {
          const r = http.get(request.url, (res) => {
            const chunks: Buffer[] = []
            res.on("data", (c) => chunks.push(c))
            res.on("error", (cause) => resume(Effect.fail(new Unreachable({ cause }))))
            res.on("end", () =>
              resume(
                res.statusCode === 200
                  ? Effect.succeed({ _tag: "Fresh", status: 200, body: Buffer.concat(chunks) })
                  : Effect.fail(new BadStatus({ status: res.statusCode ?? 0, retryAfter: undefined }))
              )
            )
          })
          r.on("error", (cause) => resume(Effect.fail(new Unreachable({ cause }))))
          return Effect.sync(() => r.destroy())
        }).pipe(Effect.timeoutOrElse({ duration: request.timeout, orElse: () => Effect.fail(new Timeout()) }))
      )
  })
}
