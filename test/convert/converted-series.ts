import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { fromText } from "../../src/config/configuration.ts"
import { assemble } from "../../src/exposition/page.ts"
import { poll } from "../../src/poll/poll.ts"

/** Loads a converted configuration as `poller check` does. */
export const load = (text: string) =>
  fromText(
    "converted.yml",
    text,
    { environment: {}, locate: (file) => file },
    { interval: undefined, timeout: undefined }
  )

/** The series that the first target of a converted configuration gives for a response, as text. */
export const seriesOf = async (converted: string, response: string): Promise<string> => {
  const { targets, problems } = load(converted)
  expect(problems).toEqual([])
  const [target] = targets
  if (target === undefined) throw new Error("no target")
  const answer = { _tag: "Fresh", status: 200, body: Buffer.from(response), validators: undefined } as const
  const { outcome } = await Effect.runPromise(poll(target, Effect.succeed(answer)))
  if (outcome._tag === "Failed") throw new Error(outcome.message)
  return Buffer.from(assemble(outcome.result?.blocks ?? [], "text")).toString()
}
