import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { fromText } from "../config/configuration.ts"
import { locateIn } from "../config/secret-files.ts"
import { ConfigurationService } from "../configuration-service.ts"
import { daemon, daemonServices } from "../daemon.ts"
import { demoApi } from "../demo/demo-api.ts"
import { demoConfiguration } from "../demo/demo-configuration.ts"
import { failure } from "../failure.ts"
import { everything } from "../poll/ownership.ts"
import { plain } from "../serve/web-config/web-config.ts"
import { firstLook } from "./first-look.ts"
import * as flags from "./flags.ts"

const context = { environment: {}, locate: locateIn(undefined, ".") }

const noFlags = { interval: undefined, timeout: undefined }

export const demo = Command.make(
  "demo",
  { addr: flags.addr },
  Effect.fnUntraced(
    function* (input) {
      const listeners = yield* flags.addresses(input.addr)
      const url = yield* demoApi
      const load = Effect.succeed(fromText("demo", demoConfiguration(url), context, noFlags))
      yield* daemon({
        listeners,
        web: plain,
        grace: Duration.seconds(2),
        shard: { ordinal: 0, total: 1 },
        ownership: () => Effect.succeed(everything),
        announce: firstLook
      }).pipe(Effect.provide(ConfigurationService.layerOf(load)))
    },
    Effect.scoped,
    Effect.provide(daemonServices),
    Effect.catchTag(["CannotListen", "CannotNotify"], (error) => Effect.fail(failure(error.message)))
  )
).pipe(Command.withDescription("Poll a built-in demo API, for a first look"))
