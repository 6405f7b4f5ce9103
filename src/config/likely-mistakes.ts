import { parseQuery } from "../jsonpath/grammar.ts"
import { singularKeys } from "../jsonpath/syntax.ts"
import { compileCalc } from "../mapping/value/calc.ts"
import { type Issue, issue, issueOfKey } from "./diagnostics.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asMap, type Fields, isMap } from "./unknown-values.ts"

/** A part of a mapping that may have labels: a target, an `each`, or an entry of a metric. */
interface Holder {
  readonly fields: Fields
  readonly path: KeyPath
}

/** All parts of a mapping. */
const holdersOf = (fields: Fields, path: KeyPath): ReadonlyArray<Holder> => [
  { fields, path },
  ...Object.entries(asMap(fields.metrics)).flatMap(([name, value]) => {
    const at = [...path, "metrics", name]
    return Array.isArray(value)
      ? value.map((entry, index) => ({ fields: asMap(entry), path: [...at, index] }))
      : [{ fields: asMap(value), path: at }]
  }),
  ...asList(fields.each).flatMap((inner, index) => holdersOf(asMap(inner), [...path, "each", index]))
]

type Rule = (holder: Holder) => ReadonlyArray<Issue>

/** A path, or a template of json_exporter, jq or Go. */
const pathLike = /^\$[.[]|^@[.[]|^\.[A-Za-z_]\w*|^\{+\s*[.$@]|\[\*\]/

const constantLabels: Rule = ({ fields, path }) =>
  Object.entries(asMap(fields.labels)).flatMap(([name, value]) =>
    typeof value === "string" && pathLike.test(value)
      ? [issue([...path, "labels", name], "is the text itself: a value of the response belongs into labels_from")]
      : []
  )

/** Words of other programs for `_`, which stands for every other word. */
const otherWords = new Set(["*", ".*", ".+", "else", "otherwise", "default"])

const wordsOfMap = (map: unknown, path: KeyPath): ReadonlyArray<Issue> => {
  const words = Object.keys(asMap(map))
  return words.flatMap((word) => {
    if (otherWords.has(word) && !words.includes("_"))
      return [issueOfKey([...path, word], `is the word ${word} itself: every other word is _`)]
    return /[.\\][*+]|\\[dws]|^\^|\$$|\[[^\]]+\][*+]/.test(word)
      ? [
          issueOfKey(
            [...path, word],
            "is compared as it is: a regular expression goes into pattern, which is applied before map"
          )
        ]
      : []
  })
}

const words: Rule = ({ fields, path }) => [
  ...wordsOfMap(fields.map, [...path, "map"]),
  ...Object.entries(asMap(fields.labels_from)).flatMap(([name, entry]) =>
    wordsOfMap(asMap(entry).map, [...path, "labels_from", name, "map"])
  )
]

const replacements: Rule = ({ fields, path }) =>
  Object.entries(asMap(fields.labels_from)).flatMap(([name, entry]) => {
    const { replacement } = asMap(entry)
    const [group] = typeof replacement === "string" ? (/\\[0-9]/.exec(replacement) ?? []) : []
    return group === undefined
      ? []
      : [issue([...path, "labels_from", name, "replacement"], `${group} is text: a group is $${group.slice(1)}`)]
  })

const attempt = <A>(parse: () => A): A | undefined => {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/** The path of a count that selects a list itself instead of its items. */
const countedList = (value: unknown): string | undefined => {
  const { count, calc } = asMap(value)
  if (typeof count === "string") {
    const query = attempt(() => parseQuery(count, true))
    return query !== undefined && singularKeys(query) !== undefined ? count : undefined
  }
  const operands = typeof calc === "string" ? attempt(() => compileCalc(calc))?.operands : undefined
  return operands?.find(({ aggregate, path }) => aggregate === "count" && path.keys !== undefined)?.path.text
}

/** With `optional` or `default`, such a count is no mistake: it shows whether the list exists. */
const counts: Rule = ({ fields, path }) => {
  const list = "optional" in fields || "default" in fields ? undefined : countedList(fields.value)
  return list === undefined
    ? []
    : [issue([...path, "value"], `counts ${list} itself, which is always 1: its items are ${list}[*]`)]
}

const rules = [constantLabels, words, replacements, counts]

const mappingMistakes = ({ targetLike, mappings, defaults }: RawConfiguration): ReadonlyArray<Issue> =>
  [
    ...targetLike.flatMap(({ own, path }) => holdersOf(own, path)),
    ...[...mappings.values()].flatMap(({ fields, path }) => holdersOf(fields, path)),
    { fields: { labels: defaults.labels }, path: ["defaults"] }
  ].flatMap((holder) => rules.flatMap((rule) => rule(holder)))

const stringsIn = (value: unknown, path: KeyPath): ReadonlyArray<readonly [path: KeyPath, text: string]> => {
  if (typeof value === "string") return [[path, value]]
  if (Array.isArray(value)) return value.flatMap((item, index) => stringsIn(item, [...path, index]))
  return isMap(value) ? Object.entries(value).flatMap(([key, item]) => stringsIn(item, [...path, key])) : []
}

const requestMistakes = ({ targetLike, defaults }: RawConfiguration): ReadonlyArray<Issue> =>
  [{ own: defaults, path: ["defaults"] }, ...targetLike].flatMap(({ own, path }) => [
    ...["url", "params", "headers"].flatMap((key) =>
      stringsIn(own[key], [...path, key]).flatMap(([at, text]) => {
        if (/^\$[A-Z_][A-Z0-9_]*$/.test(text)) return [issue(at, "is the text itself: a variable is written ${NAME}")]
        return /\{\{.*\}\}/.test(text)
          ? [issue(at, "is the text itself: a variable is written ${NAME}, a time {now} or {now-5m:ms}")]
          : []
      })
    ),
    ...(own.body !== undefined && !("method" in own) && !("method" in defaults)
      ? [issueOfKey([...path, "body"], "is sent by GET: write method: POST, or method: GET if that is meant")]
      : [])
  ])

/** Whether a value combines several nodes. */
const combines = (value: unknown): boolean => {
  const { constant: _, calc, ...aggregates } = asMap(value)
  const operands = typeof calc === "string" ? attempt(() => compileCalc(calc))?.operands : undefined
  return Object.keys(aggregates).length > 0 || (operands ?? []).some(({ aggregate }) => aggregate !== "value")
}

/** Metrics outside rows that read only the first page. Their author probably meant all pages. */
const firstPageOnly = ({ targetLike, mappings }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ own, settings, path }) => {
    if (!isMap(settings.pages)) return []
    const shared = typeof own.mapping === "string" ? mappings.get(own.mapping) : undefined
    const holder = shared ?? { fields: own, path }
    return holdersOf({ metrics: holder.fields.metrics }, holder.path)
      .filter(({ fields }) => combines(fields.value))
      .map((entry) =>
        issue(
          [...entry.path, "value"],
          "reads the first page only: rows run over all pages, and { constant: 1 } with duplicates: sum counts them"
        )
      )
  })

/** Warnings: what works, but was probably meant otherwise. */
export const likelyMistakes = (file: RawConfiguration): ReadonlyArray<Issue> => [
  ...mappingMistakes(file),
  ...requestMistakes(file),
  ...firstPageOnly(file)
]
