import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import type { Issue } from "./diagnostics.ts"
import type { KeyPath } from "./source-map.ts"
import { didYouMean } from "./suggest.ts"

/** What a schema accepts, in the words of YAML. */
const describeType = (ast: SchemaAST.AST): string => {
  const encoded = SchemaAST.toEncoded(ast)
  switch (encoded._tag) {
    case "Objects":
      return "a map"
    case "Arrays":
      return "a list"
    case "String":
      return "a string"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Literal":
      return String(encoded.literal)
    case "Suspend":
      return describeType(encoded.thunk())
    case "Union": {
      const all = [...new Set(encoded.types.map(describeType))]
      if (encoded.types.every(({ _tag }) => _tag === "Literal") && all.length > 2) return `one of ${all.join(", ")}`
      return [all.slice(0, -1).join(", "), ...all.slice(-1)].filter((text) => text !== "").join(" or ")
    }
    default:
      return "another value"
  }
}

const annotation = (annotations: Schema.Annotations.Annotations | undefined, key: string): string | undefined => {
  const text = annotations?.[key]
  return typeof text === "string" ? text : undefined
}

const expectation = (check: SchemaAST.Check<unknown> | undefined): string | undefined =>
  annotation(check?.annotations, "message") ?? annotation(check?.annotations, "expected")

/** Unknown keys are errors, and all errors are reported. */
const options = { errors: "all", onExcessProperty: "error", reportInput: true } as const

/** With more issues, the rest is not checked again: each issue copies a part of the value. */
const maxLookedBehind = 2000

/**
 * All schema errors of `value`. Effect checks a map as a whole only if all its values are right. So the wrong values
 * are removed and the rest is checked again: no error hides another one.
 */
export const schemaIssues = (schema: Schema.ConstraintDecoder<unknown>, value: unknown): ReadonlyArray<Issue> => {
  const decoded = Schema.decodeUnknownResult(schema, options)(value)
  if (Result.isSuccess(decoded)) return []
  const found = flatten(decoded.failure.issue, [], undefined)
  if (found.length > maxLookedBehind) return found
  const wrong = found.map(({ path }) => removable(value, path)).filter((path) => path.length > 0 && has(value, path))
  if (wrong.length === 0) return found
  const behind = schemaIssues(schema, wrong.reduce(without, value))
  // an error of a map around a removed value may exist only because of the removal
  return [...found, ...behind.filter(({ path }) => !wrong.some((left) => startsWith(left, path)))]
}

/** The path up to its last key of a map. Removing an item of a list would shift the indexes of the others. */
const keyed = (path: KeyPath): KeyPath => path.slice(0, path.findLastIndex((key) => typeof key === "string") + 1)

/** The path to remove for an issue. A map that lacks a key is removed as a whole, unless it is an item of a list. */
const removable = (value: unknown, path: KeyPath): KeyPath => {
  if (has(value, path)) return keyed(path)
  const holder = path.slice(0, -1)
  return typeof holder.at(-1) === "string" ? holder : []
}

const startsWith = (path: KeyPath, start: KeyPath) => start.every((key, index) => key === path[index])

const has = (value: unknown, [key, ...rest]: KeyPath): boolean =>
  key === undefined || (isHolder(value) && Object.hasOwn(value, key) && has(value[key], rest))

const isHolder = (value: unknown): value is Readonly<Record<string | number, unknown>> =>
  value !== null && typeof value === "object"

/** A copy of `value` without the value at `path`. */
const without = (value: unknown, [key, ...rest]: KeyPath): unknown => {
  if (key === undefined || !isHolder(value) || !Object.hasOwn(value, key)) return value
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? without(item, rest) : item))
  const { [key]: inner, ...others } = value
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) }
}

const flatten = (issue: SchemaIssue.Issue, path: KeyPath, instead: string | undefined): ReadonlyArray<Issue> => {
  const one = (message: string, expected = false): ReadonlyArray<Issue> => [{ path, about: "value", message, expected }]
  const wanted = (what: string): ReadonlyArray<Issue> => {
    const hint = "input" in issue && "ast" in issue ? hintFor(issue.ast, issue.input) : ""
    return one(`expected ${what}`, true).map((found) => (hint === "" ? found : { ...found, hint }))
  }
  switch (issue._tag) {
    case "Pointer":
      return flatten(
        issue.issue,
        [...path, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))],
        instead
      )
    case "Encoding":
      return flatten(issue.issue, path, instead)
    case "Filter":
      return flatten(issue.issue, path, instead ?? expectation(issue.filter))
    case "Composite":
      return issue.issues.flatMap((inner) => flatten(inner, path, instead))
    case "AnyOf":
      if (issue.issues.length > 0) return closest(issue.issues.map((inner) => flatten(inner, path, instead)))
      return wanted(describeType(issue.ast))
    case "InvalidType":
      return wanted(
        annotation(issue.ast.annotations, "expected") ??
          ((issue.ast._tag === "String" && expectation(issue.ast.checks?.[0])) || describeType(issue.ast))
      )
    case "InvalidValue": {
      const message = annotation(issue.annotations, "message")
      if (message !== undefined) return one(message)
      const expected = instead ?? annotation(issue.annotations, "expected")
      if (expected === undefined) return one("not a valid value")
      // the content of a whole map or list is not shown
      return one(`expected ${expected}`, !("input" in issue && hasContent(issue.input)))
    }
    case "MissingKey":
      return [{ path, about: "value", message: "missing", expected: false }]
    case "UnexpectedKey":
      return unexpected(issue, path)
    case "Forbidden":
    case "OneOf":
      return one("not allowed here")
  }
}

/** The literals of a choice; empty if it is something else. */
const literalsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const encoded = SchemaAST.toEncoded(ast)
  if (encoded._tag !== "Union" || !encoded.types.every(({ _tag }) => _tag === "Literal")) return []
  return encoded.types.map(describeType)
}

/** A suggestion for the end of the message. */
const hintFor = (ast: SchemaAST.AST, input: unknown): string => {
  if (typeof input === "string") return didYouMean(input, literalsOf(ast))
  const [only, ...others] = Array.isArray(input) ? input : []
  if (typeof only === "string" && others.length === 0 && / string/.test(` ${describeType(ast)}`))
    return `; a path that begins with [ needs quotes: "['${only}']"`
  return ""
}

const hasContent = (value: unknown) => isHolder(value) && Object.keys(value).length > 0

/** The errors of the alternative that has the fewest. */
const closest = (forms: ReadonlyArray<ReadonlyArray<Issue>>): ReadonlyArray<Issue> =>
  forms.reduce((best, form) => (form.length < best.length ? form : best))

/** Keys of other programs, and their names here. The first name that is valid where the key stands is suggested. */
const otherNames: Readonly<Record<string, ReadonlyArray<string>>> = {
  path: ["value"],
  json_path: ["value", "path"],
  jsonpath: ["value", "path"],
  expression: ["value", "path"],
  field: ["value"],
  valueType: ["type"],
  metric_type: ["type"],
  description: ["help"],
  values: ["metrics", "map"],
  states_map: ["map"],
  mapping_values: ["map"],
  multiply: ["scale"],
  factor: ["scale"],
  regex: ["pattern"],
  regexp: ["pattern"],
  rows: ["each", "path"],
  items: ["each", "path"],
  endpoint: ["url"],
  address: ["url"],
  urls: ["url"],
  targets: ["url"],
  scrape_interval: ["interval"],
  scrape_timeout: ["timeout"],
  username: ["auth"],
  password: ["auth"],
  basic_auth: ["auth"],
  bearer_token: ["auth"],
  tls_config: ["tls"],
  tags: ["labels"],
  static_labels: ["labels"]
}

const unexpected = (issue: SchemaIssue.UnexpectedKey, path: KeyPath): ReadonlyArray<Issue> => {
  const key = String(path.at(-1))
  const about = (message: string): Issue => ({ path, about: "key", message, expected: false })
  if (issue.ast._tag !== "Objects") return [about("unexpected item")]
  const [names] = issue.ast.indexSignatures
  if (names === undefined) {
    const known = issue.ast.propertySignatures.map(({ name }) => String(name))
    const meant = (Object.hasOwn(otherNames, key) ? otherNames[key] : [])?.find((name) => known.includes(name))
    return [about(`unknown key${meant === undefined ? didYouMean(key, known) : `; did you mean ${meant}?`}`)]
  }
  const rule = names.parameter.checks?.map(expectation).find((text) => text !== undefined)
  const value = "input" in issue ? issue.input : undefined
  const inner = schemaIssues(Schema.make<Schema.ConstraintDecoder<unknown>>(names.type), value)
  return [
    about(rule === undefined ? "not a valid name" : `expected ${rule}`),
    ...inner.map((found) => ({ ...found, path: [...path, ...found.path] }))
  ]
}
