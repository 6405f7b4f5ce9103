import { hash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Answer } from "../client/exchange.ts"
import { letGo } from "../client/let-go.ts"
import type { Target } from "../config/target.ts"
import { SampleLines } from "../exposition/lines.ts"
import type { Outcome } from "./outcome.ts"

/** What a digestion needs to know of its target. */
export type ConversionTarget = Pick<Target, "transform" | "maxSeries">

/** What an answer comes to for a target. Its body is used up. */
export const convert = ({ transform, maxSeries }: ConversionTarget, answer: Answer): Outcome => {
  const { status } = answer
  if (answer._tag === "NotModified") return { _tag: "Good", status, bytes: 0, result: undefined }
  const bytes = answer.body.length
  const lines = new SampleLines()
  const transformed = transform(answer.body, lines)
  letGo(answer.body)
  if (Result.isFailure(transformed)) {
    return {
      _tag: "Failed",
      reason: "not_json",
      message: `the answer is not JSON: ${transformed.failure}`,
      status,
      bytes
    }
  }
  const { series, dropped, problems, gaveUp } = transformed.success
  if (gaveUp) {
    const message =
      "the paths of the mapping look at more of the answer than a poll may: a nested .. or a costly filter"
    return { _tag: "Failed", reason: "too_large", message, status, bytes }
  }
  if (series > maxSeries) {
    const message = `the answer yields more than max_series ${maxSeries}`
    return { _tag: "Failed", reason: "too_many_series", message, status, bytes }
  }
  return {
    _tag: "Good",
    status,
    bytes,
    result: { blocks: lines.blocks(), series, dropped, problems, validators: answer.validators }
  }
}

/** What the last answer of a target came to: what else its status shows is older, and not to be shown again once it is replaced. */
interface LastResponse {
  readonly bytes: number
  /** Nothing where the answer before was of another length. */
  readonly hash: string | undefined
  readonly outcome: Outcome
}

const lastResponses = new WeakMap<ConversionTarget, LastResponse>()

/**
 * The same as `digest`; the very bytes of the answer before, which many an upstream sends without a word for it, are not digested again. An answer of
 * another length is another one: only those of one length are hashed, and so it is the third of them that is known.
 */
export const convertChanged = (digestion: ConversionTarget, answer: Answer): Outcome => {
  if (answer._tag === "NotModified") return convert(digestion, answer)
  const bytes = answer.body.length
  const last = lastResponses.get(digestion)
  // not a shorter one: what is taken for the same by mistake would be wrong for as long as it stands
  const sum = last?.bytes === bytes ? hash("sha256", answer.body, "base64") : undefined
  if (sum !== undefined && last?.hash === sum && last.outcome._tag === "Good" && last.outcome.result !== undefined) {
    const { status, validators } = answer
    return { ...last.outcome, status, result: { ...last.outcome.result, validators } }
  }
  const outcome = convert(digestion, answer)
  lastResponses.set(digestion, { bytes, hash: sum, outcome })
  return outcome
}

/** The last answer of a target was digested elsewhere. */
export const forgetResponse = (digestion: ConversionTarget): void => void lastResponses.delete(digestion)

/** How polls come by their outcomes: right here, unless the daemon has another thread for it. */
export const Converter = Context.Reference<(target: Target, answer: Answer) => Effect.Effect<Outcome>>(
  "poller/Converter",
  {
    defaultValue: () => (target, answer) => Effect.sync(() => convertChanged(target, answer))
  }
)
