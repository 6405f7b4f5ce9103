import * as Result from "effect/Result"
import { maxEffort } from "../jsonpath/search.ts"
import { assumeDeferred, type DeferredDocument, parseDeferred, wasWrong } from "./bytes/deferred.ts"
import { type Document, parse } from "./document/json.ts"
import { documentNode } from "./document/node.ts"
import { type DeferredPages, DocumentRow } from "./document-row.ts"
import { labelValues } from "./label-source.ts"
import { PageRow, type Search } from "./parsed-row.ts"
import type { Plan } from "./plan.ts"
import { type Dropped, type Problem, problemLog } from "./problems.ts"
import type { SampleWriter } from "./sample.ts"
import { addCombined, type Run, Walker } from "./walker.ts"

/** What one response yielded besides its samples. */
export interface Transformed {
  /** The number of samples, which are unique by name and labels. */
  readonly series: number
  /** All problems are counted here; `problems` has the first of them. */
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** The paths exceeded the effort of one poll, so what they did not find may still be there. */
  readonly gaveUp: boolean
}

/**
 * Adds the samples of a response, whose bodies are its pages; fails with a few words if one is not JSON. `$` is the
 * first page, and lists that start at the document run over all pages.
 */
export type Transform = (pages: ReadonlyArray<Uint8Array>, samples: SampleWriter) => Result.Result<Transformed, string>

const noBytes = Buffer.alloc(0)

const run = (plan: Plan, samples: SampleWriter, documents: ReadonlyArray<Document>, deferred?: DeferredPages) => {
  const search = { effort: { left: maxEffort } } as { -readonly [K in keyof Search]: Search[K] }
  const [first, ...others] = documents.map((document) => new PageRow(search, document, documentNode(document.root)))
  if (first === undefined) throw new Error("a response has at least one page")
  search.pages = [first, ...others]
  const run: Run = {
    samples,
    maxSeries: plan.maxSeries,
    problems: problemLog(),
    effort: search.effort,
    bytes: noBytes,
    series: 0,
    combined: new Map()
  }
  const root = new DocumentRow(search, deferred, (bytes) => {
    run.bytes = bytes
  })
  new Walker(run, plan.root, labelValues([])).visit(root)
  addCombined(run, root)
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
 * Adds all samples that a plan yields for the documents of a response. Stops after one sample more than the plan's
 * `maxSeries`. Never fails: what a document lacks, or has in another form, costs a sample and is a problem.
 */
export const transformDocuments = (
  plan: Plan,
  documents: ReadonlyArray<Document>,
  samples: SampleWriter
): Transformed => run(plan, samples, documents).transformed

export const transformDocument = (plan: Plan, document: Document, samples: SampleWriter): Transformed =>
  transformDocuments(plan, [document], samples)

/** The transform of one target. It remembers what the responses of the target look like. */
export const createTransform = (plan: Plan): Transform => {
  const { deferred } = plan
  let assumes = true

  const parsed: Transform = (pages, samples) =>
    Result.map(Result.all(pages.map(parse)), (documents) => transformDocuments(plan, documents, samples))
  if (deferred === undefined) return parsed

  const read = (pages: ReadonlyArray<DeferredDocument>, samples: SampleWriter) =>
    run(
      plan,
      samples,
      pages.map(({ document }) => document),
      { ...deferred, pages }
    )

  return (pages, samples) => {
    const assumed = assumes ? all(pages, (body) => assumeDeferred(body, deferred.index)) : undefined
    if (assumed !== undefined) {
      const { transformed, isMisaligned } = read(assumed, samples)
      if (!isMisaligned) return Result.succeed(transformed)
      samples.clear()
    }
    const found = all(pages, (body) => parseDeferred(body, deferred.index))
    if (found === undefined) return parsed(pages, samples)
    if (assumed !== undefined) assumes = !found.some((page, index) => assumed[index] && wasWrong(assumed[index], page))
    return Result.succeed(read(found, samples).transformed)
  }
}

/** What is made of all pages; undefined if there is one of which nothing is made. */
const all = <A>(pages: ReadonlyArray<Uint8Array>, make: (page: Uint8Array) => A | undefined) => {
  const made: Array<A> = []
  for (const page of pages) {
    const one = make(page)
    if (one === undefined) return undefined
    made.push(one)
  }
  return made
}
