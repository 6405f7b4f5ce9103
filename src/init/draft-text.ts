import type { FormatName } from "../mapping/document/document-format.ts"
import type { Document } from "../mapping/document/json.ts"
import { withExactIds } from "./exact-id.ts"
import { infer } from "./infer.ts"
import { pagesHint } from "./pages-hint.ts"
import { mappingYamlOf, yamlOf } from "./yaml.ts"

/** What there is to say of a target besides its mapping. */
export interface DraftOptions {
  /** A whole configuration, or an entry of `mappings` for a target that there is already. */
  readonly form?: "target" | "mapping"
  readonly name: string
  /** What the names of metrics begin with, by default the target's name. */
  readonly prefix?: string
  readonly url: string
  readonly format: FormatName
  /** What the draft was made of, for its first line: `5 responses of https://…, 10 s apart`. */
  readonly source: string
  /** Further lines before the file. */
  readonly notes?: ReadonlyArray<string>
  /** Credentials and other keys of the target, in their order. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * A configuration of one target, as a careful colleague would write it after reading these responses of one API;
 * undefined if they hold nothing to measure. It says of every number where it went, and of everything else that it is
 * left out.
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
