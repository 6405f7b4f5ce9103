import * as Result from "effect/Result"
import { checkDraft } from "../../src/commands/draft-check.ts"
import { draftText } from "../../src/init/draft-text.ts"
import { bodyAsJson, formatFor } from "../../src/mapping/document/document-format.ts"
import { type Document, parse } from "../../src/mapping/document/json.ts"
import { type DraftFaults, draftFaults } from "./draft-faults.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A draft, its problems and faults, and the series of the last response. */
export interface Drafted {
  readonly draft: string
  readonly problems: ReadonlyArray<string>
  readonly page: string
  readonly faults: DraftFaults
}

/** Drafts a configuration from responses. Undefined if they have nothing to measure. */
export const drafted = (texts: ReadonlyArray<string>, name = "shop"): Drafted | undefined => {
  const isJson = texts.every((text) => Result.isSuccess(parse(bytesOf(text))))
  const format = isJson ? "json" : (formatFor(texts[0] ?? "") ?? "json")
  const documents = texts.map(
    (text): Document => Result.getOrThrow(Result.flatMap(bodyAsJson(format, bytesOf(text)), parse))
  )
  const draft = draftText(documents, { name, url: "http://localhost/", format, source: "a test" })
  if (draft === undefined) return undefined
  const { problems, pages } = checkDraft(draft, texts.map(bytesOf), { name, format, labels: {} })
  const page = pages.at(-1) ?? ""
  return { draft, problems, page, faults: draftFaults(documents.at(-1)?.root ?? null, draft, page) }
}

/** The lines of a draft after its URL, without indentation. */
export const linesOf = (...roots: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const found = drafted(roots.map((root) => JSON.stringify(root)))
  const lines = (found?.draft ?? "").split("\n").map((line) => line.trim())
  return lines.slice(lines.findIndex((line) => line.startsWith("url:")) + 1, -1)
}
