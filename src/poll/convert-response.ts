import { hash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { detach } from "../client/detach.ts"
import type { DetailBodies } from "../client/details.ts"
import type { UpstreamResponse } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import { LineWriter, WriterPool } from "../exposition/sample-writer.ts"
import { TooCostly } from "../mapping/document/cost.ts"
import type { Outcome } from "./outcome.ts"
import { Writers } from "./writers.ts"

/** The part of a target that a conversion needs. */
export type ConversionTarget = Pick<Target, "transform" | "maxSeries">

/** Bytes of all pages, and of the documents of rows. */
export const sizeOf = (response: Extract<UpstreamResponse, { readonly _tag: "Fresh" }>): number => {
  const { body, pages = [], details = [] } = response
  return [body, ...pages, ...documentsOf(details)].reduce((sum, { length }) => sum + length, 0)
}

/** The documents of rows, each once: rows with the same URL share a document. */
export const documentsOf = (details: DetailBodies): ReadonlyArray<Uint8Array> => [
  ...new Set(details.flat().filter((body) => typeof body !== "string"))
]

/** The most bytes of a target's lines: 1 MB, and 1 kB for each series that it may have. */
const maxLineBytes = (maxSeries: number) => 1_000_000 + 1000 * maxSeries

/** Converts a response to series. Frees the memory of its body. */
export const convert = (
  { transform, maxSeries }: ConversionTarget,
  response: UpstreamResponse,
  writers = new WriterPool()
): Outcome => {
  const { status } = response
  if (response._tag === "NotModified") return { _tag: "Good", status, bytes: 0, result: undefined }
  const { body, pages = [], details } = response
  const bytes = sizeOf(response)
  const lines = new LineWriter(writers, maxLineBytes(maxSeries))
  let transformed: ReturnType<typeof transform>
  try {
    transformed = transform([body, ...pages], lines, details)
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error
    return { _tag: "Failed", reason: "too_large", message: error.message, status, bytes }
  } finally {
    for (const bytes of [body, ...pages, ...documentsOf(details ?? [])]) detach(bytes)
  }
  if (Result.isFailure(transformed)) {
    const message = `the response is not JSON: ${transformed.failure}`
    return { _tag: "Failed", reason: "not_json", message, status, bytes }
  }
  const { series, dropped, problems, gaveUp } = transformed.success
  if (gaveUp) {
    const message = "the paths of the mapping visit too much of the response: use fewer .. and simpler filters"
    return { _tag: "Failed", reason: "too_large", message, status, bytes }
  }
  if (series > maxSeries) {
    const message = `the response yields more than max_series ${maxSeries}`
    return { _tag: "Failed", reason: "too_many_series", message, status, bytes }
  }
  const result = { blocks: lines.blocks(), series, dropped, problems, validators: response.validators }
  return { _tag: "Good", status, bytes, result }
}

/** The last response of a target, and its outcome. */
interface LastResponse {
  readonly bytes: number
  /** Undefined if the previous response had another length. */
  readonly hash: string | undefined
  readonly outcome: Outcome
}

const lastResponses = new WeakMap<ConversionTarget, LastResponse>()

/**
 * Like `convert`, but a response with the same bytes as the last one is not converted again. Many upstreams send the
 * same bytes without an ETag. Only a response with the length of the last one is hashed, so that the third of several
 * equal responses is recognized.
 */
export const convertChanged = (
  target: ConversionTarget,
  response: UpstreamResponse,
  writers = new WriterPool()
): Outcome => {
  const isAlone = response._tag === "Fresh" && (response.pages?.length ?? 0) === 0 && response.details === undefined
  if (!isAlone) return convert(target, response, writers)
  const bytes = response.body.length
  const last = lastResponses.get(target)
  // a strong hash: after a collision the series would stay wrong until the response changes
  const digest = last?.bytes === bytes ? hash("sha256", response.body, "base64") : undefined
  const isSame = digest !== undefined && last?.hash === digest
  if (isSame && last.outcome._tag === "Good" && last.outcome.result !== undefined) {
    const { status, validators } = response
    return { ...last.outcome, status, result: { ...last.outcome.result, validators } }
  }
  const outcome = convert(target, response, writers)
  lastResponses.set(target, { bytes, hash: digest, outcome })
  return outcome
}

/** To be called if another thread converts a response of the target. */
export const forgetResponse = (target: ConversionTarget): void => void lastResponses.delete(target)

/** Converts the responses of polls: in this thread, unless the daemon provides a worker thread. */
export const Converter = Context.Reference<(target: Target, response: UpstreamResponse) => Effect.Effect<Outcome>>(
  "poller/Converter",
  {
    defaultValue: () => (target, response) =>
      Effect.map(Writers, (writers) => convertChanged(target, response, writers))
  }
)
