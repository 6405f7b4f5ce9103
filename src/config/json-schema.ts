import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { File } from "./schema/configuration-file.ts"

/**
 * JSON Schema of the configuration file. Most YAML plugins of editors support draft 7. `check` is stricter: a file that
 * the schema accepts may still be wrong.
 */
export const jsonSchema = () => {
  const document = Schema.toJsonSchemaDocument(File, { onExcessProperty: "error" })
  const { schema, definitions } = JsonSchema.toDocumentDraft07(document)
  return { $schema: JsonSchema.META_SCHEMA_URI_DRAFT_07, ...schema, definitions }
}
