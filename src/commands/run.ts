import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { daemon } from "../daemon.ts"
import { badConfiguration, failure } from "../failure.ts"
import { parseAddress } from "../serve/address.ts"
import * as flags from "./flags.ts"
import { loadTargets } from "./load.ts"

const addresses = (texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => {
    const address = parseAddress(text)
    return address === undefined
      ? Effect.fail(badConfiguration(`--addr ${text}: expected HOST:PORT or :PORT, such as 127.0.0.1:9180`))
      : Effect.succeed(address)
  })

export const run = Command.make(
  "run",
  {
    config: flags.config,
    target: flags.target,
    interval: flags.interval,
    timeout: flags.timeout,
    addr: flags.addr,
    grace: flags.grace
  },
  Effect.fnUntraced(function* (input) {
    yield* daemon({
      targets: yield* loadTargets(input),
      addresses: yield* addresses(input.addr),
      grace: input.grace
    }).pipe(Effect.catchTag("CannotListen", (error) => Effect.fail(failure(error.message))))
  })
).pipe(Command.withDescription("Poll the targets and serve their series, until told to stop (the default)"))
