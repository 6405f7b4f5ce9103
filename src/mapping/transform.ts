import * as Result from "effect/Result"
import { newEffort } from "../jsonpath/search.ts"
import { assumeDeferred, type DeferredDocument, parseDeferred, wasWrong } from "./bytes/deferred.ts"
import { type Document, parse } from "./document/json.ts"
import { type DeferredPages, DocumentRow } from "./document-row.ts"
import { labelValues } from "./label-source.ts"
import { documentRow } from "./parsed-row.ts"
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
  /** The paths used up the effort of one poll, so they may not have found everything. */
  readonly gaveUp: boolean
}

/**
 * Adds the samples of a response with one or more pages; fails with a few words if one is not JSON. `$` is the first
 * page, and lists that start at the document run over all pages.
 */
export type Transform = (
  pages: ReadonlyArray<Uint8Array>,
  samples: SampleWriter,
  details?: DetailBodies
) => Result.Result<Transformed, string>

/** The documents of rows, by the id of the detail and in the order of the rows. A string is why one failed. */
export type DetailBodies = ReadonlyArray<ReadonlyArray<Uint8Array | string>>
type Details = Run["details"]

const noBytes = Buffer.alloc(0)

const run = (
  plan: Plan,
  samples: SampleWriter,
  documents: ReadonlyArray<Document>,
  details: Details,
  deferred?: DeferredPages
) => {
  const { search } = documentRow(documents, newEffort())
  const run: Run = {
    samples,
    maxSeries: plan.maxSeries,
    problems: problemLog(),
    effort: search.effort,
    bytes: noBytes,
    details,
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
 * `maxSeries`. Never fails: a value that is missing or has another form costs a sample and is reported as a problem.
 */
export const transformDocuments = (
  plan: Plan,
  documents: ReadonlyArray<Document>,
  samples: SampleWriter,
  details: Details = []
): Transformed => run(plan, samples, documents, details).transformed

export const transformDocument = (plan: Plan, document: Document, samples: SampleWriter): Transformed =>
  transformDocuments(plan, [document], samples)

/** The transform of one target. It uses `assumeDeferred` until that is wrong once. */
export const createTransform = (plan: Plan): Transform => {
  const { deferred } = plan
  let assumes = true

  const readAll = (pages: ReadonlyArray<Uint8Array>, samples: SampleWriter, details: Details) =>
    Result.map(Result.all(pages.map((page) => parse(page))), (documents) =>
      transformDocuments(plan, documents, samples, details)
    )

  const read = (pages: ReadonlyArray<Uint8Array>, samples: SampleWriter, details: Details) => {
    if (deferred === undefined) return readAll(pages, samples, details)
    const readDeferred = (pages: ReadonlyArray<DeferredDocument>) => {
      const documents = pages.map(({ document }) => document)
      return run(plan, samples, documents, details, { ...deferred, pages })
    }
    const assumed = assumes ? all(pages, (body) => assumeDeferred(body, deferred.index)) : undefined
    if (assumed !== undefined) {
      const { transformed, isMisaligned } = readDeferred(assumed)
      if (!isMisaligned) return Result.succeed(transformed)
      samples.clear()
    }
    const found = all(pages, (body) => parseDeferred(body, deferred.index))
    if (found === undefined) return readAll(pages, samples, details)
    if (assumed !== undefined) assumes = !found.some((page, index) => assumed[index] && wasWrong(assumed[index], page))
    return Result.succeed(readDeferred(found).transformed)
  }

  return (pages, samples, bodies = []) => {
    if (plan.details.length === 0) return read(pages, samples, [])
    return Result.flatMap(parseDetails(plan, bodies), (details) => read(pages, samples, details))
  }
}

/** Parses the documents of rows. One that is not JSON counts as failed; with `partial: false` it fails the response. */
const parseDetails = ({ details }: Plan, bodies: DetailBodies): Result.Result<Details, string> => {
  const parsed: Array<ReadonlyArray<Document | string>> = []
  for (const { id, isPartial, url } of details) {
    const documents: Array<Document | string> = []
    for (const body of bodies[id] ?? []) {
      const document = typeof body === "string" ? Result.fail(body) : Result.mapError(parse(body), notJson)
      if (Result.isFailure(document) && !isPartial) return Result.fail(`a document of ${url.text}: ${document.failure}`)
      documents.push(Result.merge(document))
    }
    parsed.push(documents)
  }
  return Result.succeed(parsed)
}

const notJson = (why: string) => `not JSON: ${why}`

/** What `make` returns for each page; undefined if it returns undefined for one of them. */
const all = <A>(pages: ReadonlyArray<Uint8Array>, make: (page: Uint8Array) => A | undefined) => {
  const made: Array<A> = []
  for (const page of pages) {
    const one = make(page)
    if (one === undefined) return undefined
    made.push(one)
  }
  return made
}
