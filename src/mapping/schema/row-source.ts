import * as Schema from "effect/Schema"
import { path } from "./compiled.ts"

const Table = Schema.Struct({
  columns: path("Finds one list of names.", "labels"),
  rows: path("Finds one list of lists: each is a row, an object with these names.", "data")
}).annotate({ description: "Rows of a table whose column names are in another list. { key: 0 } is the index." })

const Zip = Schema.Record(Schema.String, path("Finds one list.", "hourly.time"))
  .check(Schema.isMinProperties(1, { expected: "at least one name and its list" }))
  .pipe(
    Schema.annotateEncoded({
      description: "Rows made from several lists: row i is an object of their i-th elements. { key: 0 } is the index.",
      examples: [{ time: "hourly.time", temperature: "hourly.temperature_2m" }]
    })
  )

/** The keys for where rows come from. An entry has exactly one of them. */
export const rowSources = {
  path: Schema.optionalKey(
    path("The rows: every item that it finds is the current item of what follows.", "$.items[*]", "disks[*]")
  ),
  table: Schema.optionalKey(Table),
  zip: Schema.optionalKey(Zip)
} as const

const names = Object.keys(rowSources) as ReadonlyArray<keyof typeof rowSources>

type RowSource = { readonly [Name in keyof typeof rowSources]?: unknown }

/** Checks that exactly one of them is given. */
export const oneRowSource = <A extends RowSource>() =>
  Schema.makeFilter((row: A) => names.filter((name) => row[name] !== undefined).length === 1, {
    expected: "one of path, table and zip: where the rows are",
    toJsonSchema: () => ({ oneOf: names.map((name) => ({ required: [name] })) })
  })
