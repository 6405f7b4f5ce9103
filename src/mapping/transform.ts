import * as Result from "effect/Result"
import { ByteRow } from "./bytes/byte-row.ts"
import { assumeDeferred, type DeferredDocument, parseDeferred, wasWrong } from "./bytes/deferred.ts"
import { absent } from "./bytes/field-index.ts"
import { type Document, parse } from "./document/json.ts"
import { ParsedRow, Search } from "./parsed-row.ts"
import type { DeferredLists, Plan } from "./plan.ts"
import { type Dropped, type Problem, problemLog } from "./problems.ts"
import type { Visitor } from "./reader.ts"
import type { SampleWriter } from "./sample.ts"
import { type Run, Walker } from "./walker.ts"

/** What one document yielded besides its samples. */
export interface Transformed {
  /** The number of samples, which are unique by name and labels. */
  readonly series: number
  /** All problems are counted here; `problems` has the first of them. */
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** The paths exceeded the effort of one poll, so what they did not find may still be there. */
  readonly gaveUp: boolean
}

/** Adds the samples of a response's body. Fails with a few words if the body is not JSON. */
export type Transform = (body: Uint8Array, samples: SampleWriter) => Result.Result<Transformed, string>

/** The document as a row. The rows of deferred lists come from the bytes. */
class DocumentRow extends ParsedRow {
  readonly #deferred: (DeferredLists & DeferredDocument) | undefined
  /** A deferred list did not end where it was assumed to, or was left early. */
  isMisaligned = false

  constructor(search: Search, deferred: (DeferredLists & DeferredDocument) | undefined) {
    super(search, search.document, search.root)
    this.#deferred = deferred
  }

  override eachRow(visitor: Visitor): boolean {
    const isFound = super.eachRow(visitor)
    const slot = this.#deferred?.slots.get(visitor.list)
    const { bytes } = visitor.list
    if (this.#deferred === undefined || slot === undefined || bytes === undefined) return isFound
    const { body, ranges } = this.#deferred
    const begin = ranges.begins[slot] ?? absent
    if (begin === absent) return isFound
    const { document, effort } = this.search
    const row = new ByteRow(
      { body, root: this, search: { root: document.root, take: () => true, effort } },
      bytes,
      undefined
    )
    if (row.readList(visitor, begin) !== ranges.ends[slot]) this.isMisaligned = true
    return isFound
  }
}

const noBytes = Buffer.alloc(0)

const run = (plan: Plan, samples: SampleWriter, document: Document, deferred?: DeferredLists & DeferredDocument) => {
  const search = new Search(document)
  const run: Run = {
    samples,
    maxSeries: plan.maxSeries,
    problems: problemLog(),
    effort: search.effort,
    bytes: deferred?.body.bytes ?? noBytes,
    series: 0
  }
  const root = new DocumentRow(search, deferred)
  new Walker(run, plan.root, undefined).visit(root)
  const { series, problems } = run
  const transformed: Transformed = {
    series,
    dropped: problems.dropped,
    problems: problems.problems,
    gaveUp: search.effort.left < 0
  }
  return { transformed, isMisaligned: root.isMisaligned }
}

/**
 * Adds all samples that a plan yields for a document. Stops after one sample more than the plan's `maxSeries`. Never fails: what a
 * document lacks, or has in another form, costs a sample and is a problem.
 */
export const transformDocument = (plan: Plan, document: Document, samples: SampleWriter): Transformed =>
  run(plan, samples, document).transformed

/** The transform of one target. It remembers what the responses of the target look like. */
export const createTransform = (plan: Plan): Transform => {
  const { deferred } = plan
  let assumes = true

  const parsed: Transform = (body, samples) =>
    Result.map(parse(body), (document) => transformDocument(plan, document, samples))
  if (deferred === undefined) return parsed

  return (body, samples) => {
    const assumed = assumes ? assumeDeferred(body, deferred.index) : undefined
    if (assumed !== undefined) {
      const { transformed, isMisaligned } = run(plan, samples, assumed.document, { ...deferred, ...assumed })
      if (!isMisaligned) return Result.succeed(transformed)
      samples.clear()
    }
    const found = parseDeferred(body, deferred.index)
    if (found === undefined) return parsed(body, samples)
    if (assumed !== undefined && wasWrong(assumed, found)) assumes = false
    return Result.succeed(run(plan, samples, found.document, { ...deferred, ...found }).transformed)
  }
}
