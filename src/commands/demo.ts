import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { fromText } from "../config/configuration.ts"
import { locateIn } from "../config/secret-files.ts"
import { daemon, surroundings } from "../daemon.ts"
import { demoApi } from "../demo/demo-api.ts"
import { demoConfiguration } from "../demo/demo-configuration.ts"
import { failure } from "../failure.ts"
import { plain } from "../serve/web-config/web-config.ts"
import { addresses } from "./addresses.ts"
import * as flags from "./flags.ts"

const noFiles = { environment: {}, locate: locateIn(undefined, ".") }

/** Where a browser on this machine finds a page that is served on an address. */
const pageAt = ({ host, port }: { readonly host: string | undefined; readonly port: number }) =>
  `http://${host === undefined ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`

export const demo = Command.make(
  "demo",
  { addr: flags.addr },
  Effect.fnUntraced(
    function* (input) {
      const listeners = yield* addresses(input.addr)
      const url = yield* demoApi
      for (const address of listeners) {
        yield* Console.log(`targets: ${pageAt(address)}/`)
        yield* Console.log(`series:  ${pageAt(address)}/metrics`)
      }
      const flags = { interval: undefined, timeout: undefined }
      const load = Effect.succeed(fromText("demo", demoConfiguration(url), noFiles, flags))
      yield* daemon({
        load,
        listeners,
        web: plain,
        grace: Duration.seconds(2),
        shard: { ordinal: 0, total: 1 }
      })
    },
    Effect.scoped,
    Effect.provide(surroundings),
    Effect.catchTag(["CannotListen", "CannotNotify"], (error) => Effect.fail(failure(error.message)))
  )
).pipe(Command.withDescription("Poll a small upstream of its own, for a first look"))
