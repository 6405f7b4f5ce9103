import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import type { Issue } from "./diagnostics.ts"
import { needlessWords, otherNames, otherPlaces, otherWords } from "./other-names.ts"
import type { KeyPath } from "./source-map.ts"
import { didYouMean } from "./suggest.ts"

/** The type that a schema accepts, for messages: `a map`, `a list`. */
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

/** With more issues, the rest of the value is not checked again: removing each wrong value copies a part of it. */
const maxRechecked = 2000

/**
 * All schema errors of `value`. Effect runs the checks of a whole map only if all its values are right. So the wrong
 * values are removed and the rest is checked again: no error hides another one.
 */
export const schemaIssues = (schema: Schema.ConstraintDecoder<unknown>, value: unknown): ReadonlyArray<Issue> => {
  const decoded = Schema.decodeUnknownResult(schema, options)(value)
  if (Result.isSuccess(decoded)) return []
  const found = flatten(decoded.failure.issue, [], undefined)
  if (found.length > maxRechecked) return found
  const wrong = found.map(({ path }) => removable(value, path)).filter((path) => path.length > 0 && has(value, path))
  if (wrong.length === 0) return found
  const hidden = schemaIssues(schema, wrong.reduce(without, value))
  // an error of a map around a removed value may come from the removal
  return [...found, ...hidden.filter(({ path }) => !wrong.some((left) => startsWith(left, path)))]
}

/** The path up to its last key of a map. Items of a list are not removed: the indexes of later items would change. */
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
    const hint = "input" in issue && "ast" in issue ? hintFor(issue.ast, issue.input, path) : ""
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

const wordHint = (word: string, known: ReadonlyArray<string>): string => {
  const other = Object.hasOwn(otherWords, word.toLowerCase()) ? otherWords[word.toLowerCase()] : undefined
  if (other !== undefined && known.includes(other)) return `; did you mean ${other}?`
  const needless = Object.hasOwn(needlessWords, word.toLowerCase()) ? needlessWords[word.toLowerCase()] : undefined
  return known.length > 0 && needless !== undefined ? `; ${needless}` : didYouMean(word, known)
}

/** A suggestion for the end of the message. */
const hintFor = (ast: SchemaAST.AST, input: unknown, path: KeyPath): string => {
  const type = describeType(ast)
  if (type === "a list" && isScalar(input)) return `; one item is a list too: [${input}]`
  if (type === "a list" && isHolder(input) && !Array.isArray(input)) return '; each item of a list begins with "- "'
  if (typeof input === "number" && path.includes("labels_from")) return `; a position in the row is "[${input}]"`
  if (typeof input === "number" && (path.at(-1) === "value" || path.at(-2) === "metrics"))
    return `; the same number for every row is value: { constant: ${input} }`
  if (typeof input === "boolean" && type === "a number") return `; ${input} is ${Number(input)}`
  if (typeof input === "string" && type === "a number" && Number.isFinite(Number(input || "x")))
    return "; a number has no quotes"
  if (typeof input === "string" && path.at(-1) === "get") return `; as in { url: "${input}" }`
  if (isHolder(input) && (path.at(-1) === "login" || path.at(-1) === "mapping"))
    return `; it is the name of an entry of ${path.at(-1)}s`
  if (input === null && typeof path.at(-1) === "string")
    return "; its value stands beside it, or on the next lines and indented more"
  if (typeof input === "string") return wordHint(input, literalsOf(ast))
  const [only, ...others] = Array.isArray(input) ? input : []
  if (typeof only === "string" && others.length === 0 && / string/.test(` ${describeType(ast)}`))
    return `; a path that begins with [ needs quotes: "['${only}']"`
  return ""
}

const isScalar = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

const hasContent = (value: unknown) => isHolder(value) && Object.keys(value).length > 0

/** The errors of the alternative with the fewest errors. */
const closest = (forms: ReadonlyArray<ReadonlyArray<Issue>>): ReadonlyArray<Issue> =>
  forms.reduce((best, form) => (form.length < best.length ? form : best))

/** A hint for a name with forbidden characters: the same name with allowed ones, or to use a label. */
const nameHint = (name: string, path: KeyPath, ast: SchemaAST.AST): string => {
  if (/[{}$<>]/.test(name)) return "; a name is fixed: what varies is the value of a label"
  const isHeader = path.some((key) => String(key).startsWith("headers"))
  const legal = isHeader ? name.replace(/ +/g, "-") : name.replace(/[^a-zA-Z0-9_]+/g, "_").replace(/^(?=[0-9])/, "_")
  const isLegal = Result.isSuccess(
    Schema.decodeUnknownResult(Schema.make<Schema.ConstraintDecoder<unknown>>(ast))(legal)
  )
  return isLegal ? `; as in ${legal}` : ""
}

const unexpected = (issue: SchemaIssue.UnexpectedKey, path: KeyPath): ReadonlyArray<Issue> => {
  const key = String(path.at(-1))
  const about = (message: string): Issue => ({ path, about: "key", message, expected: false })
  if (issue.ast._tag !== "Objects") return [about("unexpected item")]
  const [names] = issue.ast.indexSignatures
  if (names === undefined) {
    const known = issue.ast.propertySignatures.map(({ name }) => String(name))
    const elsewhere = path.includes("metrics") && Object.hasOwn(otherPlaces, key) ? otherPlaces[key] : undefined
    if (elsewhere !== undefined) return [about(`unknown key; ${elsewhere}`)]
    const meant = (Object.hasOwn(otherNames, key) ? otherNames[key] : [])?.find((name) => known.includes(name))
    return [about(`unknown key${meant === undefined ? didYouMean(key, known) : `; did you mean ${meant}?`}`)]
  }
  const rule = names.parameter.checks?.map(expectation).find((text) => text !== undefined)
  const value = "input" in issue ? issue.input : undefined
  const inner = schemaIssues(Schema.make<Schema.ConstraintDecoder<unknown>>(names.type), value)
  return [
    about(rule === undefined ? "not a valid name" : `expected ${rule}${nameHint(key, path, names.parameter)}`),
    ...inner.map((found) => ({ ...found, path: [...path, ...found.path] }))
  ]
}
