import { jsonSchema } from "../../src/config/json-schema.ts"
import { formatNames, formats } from "../../src/mapping/document/document-format.ts"
import { metricTypeNames, metricTypes } from "../../src/mapping/metric-type.ts"
import { parserNames, parsers } from "../../src/mapping/value/parsers.ts"
import { quantities, rateTable, unitTable } from "../../src/mapping/value/unit-table.ts"

interface Node {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly anyOf?: ReadonlyArray<Node>
  readonly allOf?: ReadonlyArray<Node>
  readonly definitions?: Readonly<Record<string, Node>>
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const code = (text: string): string => `\`${text}\``

/** The schema of the object form of a value. */
const objectOf = (node: Node | undefined): Node => {
  if (node?.properties !== undefined) return node
  for (const inner of [...(node?.anyOf ?? []), ...(node?.allOf ?? [])]) {
    const found = objectOf(inner)
    if (found.properties !== undefined) return found
  }
  return {}
}

const descriptionOf = (node: Node): string =>
  node.description ??
  [...(node.anyOf ?? []), ...(node.allOf ?? [])].map(descriptionOf).find((text) => text !== "") ??
  ""

/** A description without what the page says elsewhere: how paths are written, and what each type of metric means. */
const briefly = (description: string): string =>
  description.replace(/ A JSONPath \(RFC 9535\): .*$/, "").replace(/ gauge: .*$/, "")

const defaultOf = (node: Node): unknown =>
  node.default ?? node.allOf?.map(defaultOf).find((value) => value !== undefined)

const keyRows = (node: Node) =>
  Object.entries(node.properties ?? {}).map(([key, value]) => {
    const fallback = defaultOf(value)
    return [
      code(key),
      fallback === undefined ? "" : code(JSON.stringify(fallback).replaceAll('"', "")),
      briefly(descriptionOf(value))
    ]
  })

const keyTable = (node: Node) => table(["key", "default", "meaning"], keyRows(node))

const schema = jsonSchema() as unknown as Node
const definition = (name: string): Node => objectOf(schema.definitions?.[name])
const property = (node: Node, key: string): Node => objectOf(node.properties?.[key])

const labelEntry = (): Node => {
  const labels = definition("Row").properties?.labels_from as unknown as {
    readonly additionalProperties?: Node
    readonly patternProperties?: Readonly<Record<string, Node>>
  }
  return objectOf(labels.additionalProperties || Object.values(labels.patternProperties ?? {})[0])
}

/** The tables of docs/configuration.md that are generated from the code, by the name in their comment. */
export const tables: Readonly<Record<string, () => string>> = {
  metric: () => keyTable(definition("Metric")),
  value: () => keyTable(property(definition("Metric"), "value")),
  buckets: () => keyTable(property(definition("Metric"), "buckets")),
  row: () => keyTable(definition("Row")),
  table: () => keyTable(property(definition("Row"), "table")),
  label: () => keyTable(labelEntry()),
  type: () =>
    table(
      ["type", "meaning"],
      metricTypeNames.map((name) => [code(name), metricTypes[name].description])
    ),
  parse: () =>
    table(
      ["parse", "reads", "gives"],
      parserNames.map((name) => [code(name), parsers[name].reads, parsers[name].gives])
    ),
  format: () =>
    table(
      ["format", "reads"],
      formatNames.map((name) => [code(name), formats[name].reads])
    ),
  unit: () =>
    table(
      ["base unit", "in whatever case", "in this case only", "with the prefixes", "factor"],
      [
        ...unitTable.map(({ quantity, words, symbols, prefixes = [], factor, offset }) => [
          code(`_${quantities[quantity][0]}`),
          words.join(", "),
          symbols.join(", "),
          prefixes.join(" "),
          offset === undefined ? factor : `${factor}, then ${offset}`
        ]),
        ...rateTable.map(([symbols, factor]) => [code("_bytes_per_second"), "", symbols.join(", "), "", factor])
      ]
    )
}

const block = /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g

/** The page with its tables generated anew. */
export const withTables = (page: string): string =>
  page.replace(block, (_, start: string, name: string, end: string) => `${start}\n${tables[name]?.() ?? ""}\n\n${end}`)

/** The names of the tables that a page has. */
export const tablesOf = (page: string): ReadonlyArray<string> =>
  [...page.matchAll(block)].map(([, , name = ""]) => name)
