import "../../../src/bootstrap.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { main } from "../../../src/cli.ts"
import { HttpClient } from "../../../src/client/http-client.ts"

/*
 * poller with a defect that SIGUSR2 triggers: `broken.ts DEFECT ARGUMENTS-OF-POLLER`.
 */
const [defect, ...args] = process.argv.slice(2)

let hangs = false

/** Every poll hangs from now on, and neither its timeout nor an interruption ends it. */
const hang = () => {
  hangs = true
}

const block = () => {
  for (;;);
}

const fail = () => {
  throw new Error("a defect that nobody caught")
}

const defects: Record<string, () => void> = { hang, block, fail }
process.on("SIGUSR2", defects[defect ?? ""] ?? fail)

const upstream = Layer.effect(
  HttpClient,
  Effect.map(HttpClient, ({ open }) => ({
    open: (request) =>
      Effect.map(
        open(request),
        (exchange) => (validators) =>
          Effect.suspend(() => (hangs ? Effect.uninterruptible(Effect.never) : exchange(validators)))
      )
  }))
).pipe(Layer.provide(HttpClient.layer("poller/broken", 100)))

main(args, upstream)
