import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { assemble } from "../../src/exposition/page.ts"
import { poll } from "../../src/poll/poll.ts"
import { load } from "../config/loading.ts"
import { freshResponse } from "../poll/fresh-response.ts"

/** What the comments of a converted configuration list as lost. */
export const lostOf = (converted: string) => [...converted.matchAll(/# lost: (.*)/g)].map(([, what]) => what)

/** The series, as text, that the first target of a converted configuration has after a response. */
export const seriesOf = async (converted: string, response: string): Promise<string> => {
  const { targets, problems } = load(converted)
  expect(problems).toEqual([])
  const [target] = targets
  if (target === undefined) throw new Error("no target")
  const { outcome } = await Effect.runPromise(poll(target, Effect.succeed(freshResponse(response))))
  if (outcome._tag === "Failed") throw new Error(outcome.message)
  return Buffer.from(assemble(outcome.result?.blocks ?? [], "text")).toString()
}
