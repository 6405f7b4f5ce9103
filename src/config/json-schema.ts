import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { File } from "./schema/configuration-file.ts"

/**
 * JSON Schema of the configuration file, in draft 7, which most YAML plugins of editors support. `check` is stricter: a
 * file that the schema accepts may still have errors.
 */
export const jsonSchema = () => {
  const document = Schema.toJsonSchemaDocument(File, { onExcessProperty: "error" })
  const { schema, definitions } = JsonSchema.toDocumentDraft07(document)
  return { $schema: JsonSchema.META_SCHEMA_URI_DRAFT_07, ...schema, definitions }
}
