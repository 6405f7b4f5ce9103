import type { FormatName } from "../mapping/document/document-format.ts"
import type { Document } from "../mapping/document/json.ts"
import { withExactIds } from "./exact-id.ts"
import { infer } from "./infer.ts"
import { pagesHint } from "./pages-hint.ts"
import { mappingYamlOf, yamlOf } from "./yaml.ts"

/** What the draft needs besides the responses. */
export interface DraftOptions {
  /** Whether to write a whole configuration, or an entry of `mappings` for an existing target. */
  readonly form?: "target" | "mapping"
  readonly name: string
  /** Prefix of the metric names. Default: the target's name. */
  readonly prefix?: string
  readonly url: string
  readonly format: FormatName
  /** The origin of the responses, for the first line of the draft: `5 responses of https://…, 10 s apart`. */
  readonly source: string
  /** More comment lines for the start of the file. */
  readonly notes?: ReadonlyArray<string>
  /** Credentials and other keys of the target, in their order. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * Drafts a configuration of one target from responses of one API; undefined if they contain nothing to measure.
 * Comments list everything that is left out.
 */
export const draftText = (documents: ReadonlyArray<Document>, options: DraftOptions): string | undefined => {
  const { form = "target", name, url, format, source, notes = [], settings = {}, prefix = name } = options
  const roots = documents.map(withExactIds)
  const mapping = infer(roots, prefix)
  if (mapping.metrics.length + mapping.rows.length === 0) return undefined
  const heading = [
    `Written by poller init from ${source}.`,
    "The names and helps are guesses: make them yours, and delete what nobody will look at.",
    ...notes
  ]
  if (form === "mapping") return mappingYamlOf({ heading, name, mapping })
  const target = { name, url, ...(format === "json" ? undefined : { format }), ...settings }
  return yamlOf({ heading, target, mapping: { ...mapping, notes: [...mapping.notes, ...pagesHint(roots)] } })
}
