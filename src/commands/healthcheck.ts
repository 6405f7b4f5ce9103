import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failure } from "../failure.ts"
import { askDaemon, schemeOf } from "./daemon-request.ts"
import * as flags from "./flags.ts"

export const healthcheck = Command.make(
  "healthcheck",
  { addr: flags.addr, webConfig: flags.webConfig },
  Effect.fnUntraced(function* ({ addr, webConfig }) {
    const scheme = yield* schemeOf(webConfig)
    for (const address of yield* flags.addresses(addr)) {
      const { url, status, body } = yield* askDaemon(scheme, address, "/healthz")
      if (status !== 200) return yield* failure(`${url}: status ${status}, ${body.trim().replaceAll("\n", ", ")}`)
    }
  })
).pipe(
  Command.withDescription("Ask a daemon on this machine whether it is healthy, as a container's health check does")
)
