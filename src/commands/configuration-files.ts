import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ConfigurationService } from "../configuration-service.ts"
import { badConfiguration } from "../failure.ts"
import { signaturesOf } from "../host/file-watch.ts"
import { configurationFiles, filesOf, type Input, loadGood, readConfigurationFiles } from "./config-file.ts"

/** The time between two checks. A change is applied if the next check finds no other: the writer probably finished. */
const interval = "1 second"

/** A hash of the contents of the files, or of the error if they cannot be read. */
const contentOf = (inputs: ReadonlyArray<string>) =>
  Effect.map(Effect.result(readConfigurationFiles(inputs)), (files) =>
    hash("sha256", JSON.stringify(Result.isSuccess(files) ? files.success : files.failure.lines), "base64")
  )

const signatures = Effect.fnUntraced(function* (inputs: ReadonlyArray<string>) {
  const files = yield* Effect.orElseSucceed(Effect.forEach(inputs, filesOf), () => [])
  return yield* signaturesOf([...inputs, ...files.flat()])
})

/** Loads the configuration that the command line names, again at each reload. */
export const configurationLayer = (input: Input, watch: boolean) =>
  Layer.effect(
    ConfigurationService,
    Effect.gen(function* () {
      const inputs = yield* configurationFiles(input)
      if (!watch) return { load: loadGood(input), changed: Effect.never }
      if (inputs.length === 0) return yield* badConfiguration("--watch-config: there is no file to watch")
      if (inputs.includes("-")) return yield* badConfiguration("--watch-config: standard input cannot be watched")
      let loaded = ""
      let settled = ""
      /** Returns when the content has changed. */
      const changed = Effect.gen(function* () {
        for (let last = ""; ; ) {
          yield* Effect.sleep(interval)
          const now = yield* signatures(inputs)
          const isSettled = now === last
          last = now
          if (!isSettled || now === settled) continue
          settled = now
          if ((yield* contentOf(inputs)) !== loaded) return
        }
      })
      const load = Effect.gen(function* () {
        // before the load, so that a change during the load is noticed
        loaded = yield* contentOf(inputs)
        return yield* loadGood(input)
      })
      return { load, changed }
    })
  )
