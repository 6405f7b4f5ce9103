import * as Schema from "effect/Schema"
import type { Path } from "../../jsonpath/evaluate.ts"
import { type Aggregate, aggregates, type Calc, compileCalc } from "../value/calc.ts"
import { compiled, path } from "./compiled.ts"

/** What each aggregate makes from the nodes that its path finds. */
const aggregateDescriptions: Readonly<Record<Aggregate, string>> = {
  count: "How many nodes the path finds, null included.",
  sum: "The sum of all that the path finds.",
  min: "The smallest of all that the path finds.",
  max: "The largest of all that the path finds.",
  first: "The first that the path finds and that is not null.",
  last: "The last that the path finds and that is not null."
}

const aggregate = (name: Aggregate) => Schema.optionalKey(path(aggregateDescriptions[name], "disks[*]"))

const ValueObject = Schema.Struct({
  count: aggregate("count"),
  sum: aggregate("sum"),
  min: aggregate("min"),
  max: aggregate("max"),
  first: aggregate("first"),
  last: aggregate("last"),
  constant: Schema.optionalKey(
    Schema.Finite.annotate({ description: "The same number for every row.", examples: [1] })
  ),
  calc: Schema.optionalKey(
    compiled<Calc>("calculation", compileCalc, {
      description:
        "Arithmetic on numbers, paths to one value and aggregates such as sum(disks[*].free): + - * / ( ) and unary minus. A key with other characters is written ['a-b'].",
      examples: ["1 - free_kb / total_kb"]
    })
  )
})
  .annotate({ description: "One number of all that a path finds, a constant, or a calculation." })
  .check(
    Schema.makeFilter((value) => Object.keys(value).length === 1, {
      expected: `one of ${aggregates.join(", ")}, constant and calc`,
      toJsonSchema: () => ({ minProperties: 1, maxProperties: 1 })
    })
  )

/** Where a number comes from. */
export const ValueSource = Schema.Union([path("Where the value is.", "queue.depth", "$.cluster.size"), ValueObject])
export type ValueSource = typeof ValueSource.Type
type ValueObject = typeof ValueObject.Type

/** The same as a tagged union. */
export type ValueKind =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "aggregate"; readonly aggregate: Aggregate; readonly path: Path }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "calc"; readonly calc: Calc }

const isPath = (value: ValueSource): value is Path => "text" in value

export const valueKind = (value: ValueSource): ValueKind => {
  if (isPath(value)) return { kind: "path", path: value }
  const { constant, calc }: ValueObject = value
  if (constant !== undefined) return { kind: "constant", value: constant }
  if (calc !== undefined) return { kind: "calc", calc }
  for (const aggregate of aggregates) {
    const path = value[aggregate]
    if (path !== undefined) return { kind: "aggregate", aggregate, path }
  }
  // the schema rejects all others
  throw new Error("a value without a source")
}
