import * as Effect from "effect/Effect"
import { badConfiguration } from "../failure.ts"
import { parseAddress } from "../serve/address.ts"

/** What `--addr` names; the first that is no address fails. */
export const addresses = (texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => {
    const address = parseAddress(text)
    return address === undefined
      ? Effect.fail(badConfiguration(`--addr ${text}: expected HOST:PORT or :PORT, such as 127.0.0.1:9180`))
      : Effect.succeed(address)
  })
