import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Configuration } from "./config/configuration.ts"
import type { Failure } from "./failure.ts"

/** The source of the configuration: files, flags, or the demo. */
export class ConfigurationService extends Context.Service<
  ConfigurationService,
  {
    /** Loads the current configuration. Fails with all its problems. */
    readonly load: Effect.Effect<Configuration, Failure>
    /** Waits until the configuration differs from the one that was loaded last. Never ends without --watch-config. */
    readonly changed: Effect.Effect<void>
  }
>()("poller/Configuration") {
  /** A configuration that is not watched. */
  static readonly layerOf = (load: Effect.Effect<Configuration, Failure>) =>
    Layer.succeed(ConfigurationService, { load, changed: Effect.never })
}
