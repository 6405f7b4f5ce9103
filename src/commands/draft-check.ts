import { fromText } from "../config/configuration.ts"
import { formatDiagnostic } from "../config/diagnostics.ts"
import { locateIn } from "../config/secret-files.ts"
import { assemble } from "../exposition/page.ts"
import type { DraftOptions } from "../init/draft-text.ts"
import { dropReasons } from "../mapping/problems.ts"
import { convert } from "../poll/convert-response.ts"

/** The result of a draft for the responses that it was made from. */
export interface CheckedDraft {
  /** The largest number of series from one response. */
  readonly series: number
  /** Lines about problems; empty unless `init` has a bug. */
  readonly problems: ReadonlyArray<string>
  /** The series of each response. */
  readonly pages: ReadonlyArray<string>
}

const text = new TextDecoder()

/** The properties of the target for which a mapping is drafted. */
type About = Pick<DraftOptions, "form" | "name" | "format"> & { readonly labels: Readonly<Record<string, string>> }

/** Adds a target to the draft of a mapping. */
const withTarget = (draft: string, { form, name, format, labels }: About): string =>
  form === "mapping"
    ? `targets: [${JSON.stringify({ name, url: "http://localhost/", format, labels, mapping: name })}]\n${draft}`
    : draft

/** Converts each response with the draft, as a poll would. */
export const checkDraft = (draft: string, bodies: ReadonlyArray<Uint8Array>, about: About): CheckedDraft => {
  const loaded = fromText(
    "draft",
    withTarget(draft, about),
    { environment: {}, locate: locateIn(undefined, ".") },
    { interval: undefined, timeout: undefined }
  )
  const [target] = loaded.targets
  if (target === undefined)
    return { series: 0, problems: loaded.problems.map((problem) => formatDiagnostic(problem)), pages: [] }
  let series = 0
  const problems: Array<string> = loaded.warnings.map((warning) => formatDiagnostic(warning))
  const pages: Array<string> = []
  for (const body of bodies) {
    // a copy, because the conversion may reuse the memory of the body
    const outcome = convert(
      { transform: target.transform, maxSeries: Number.POSITIVE_INFINITY },
      { _tag: "Fresh", status: 200, body: Uint8Array.from(body), validators: undefined }
    )
    if (outcome._tag === "Failed") {
      problems.push(`${outcome.reason}: ${outcome.message}`)
      continue
    }
    const { result } = outcome
    series = Math.max(series, result?.series ?? 0)
    const dropped = dropReasons.reduce((sum, reason) => sum + (result?.dropped[reason] ?? 0), 0)
    if (dropped > 0)
      problems.push(
        ...(result?.problems ?? []).map(
          ({ metric, reason, path, row, found }) => `${metric}: ${reason}: ${path} of ${row}: ${found}`
        )
      )
    pages.push(text.decode(assemble(result?.blocks ?? [], "text")))
  }
  return { series, problems, pages }
}
