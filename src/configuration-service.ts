import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Configuration } from "./config/configuration.ts"
import type { Failure } from "./failure.ts"

/** Where the daemon has its configuration from: files, flags, or the demo. */
export class ConfigurationService extends Context.Service<
  ConfigurationService,
  {
    /** The configuration as it is now. Fails with all its problems. */
    readonly load: Effect.Effect<Configuration, Failure>
    /** Waits until the content differs from what was loaded last. Never ends without --watch-config. */
    readonly changed: Effect.Effect<void>
  }
>()("poller/Configuration") {
  /** A configuration without a watch. */
  static readonly layerOf = (load: Effect.Effect<Configuration, Failure>) =>
    Layer.succeed(ConfigurationService, { load, changed: Effect.never })
}
