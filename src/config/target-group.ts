import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse } from "../mapping/document/json.ts"
import { type Diagnostic, diagnosticOf, formatPath, messageOf, sortProblems } from "./diagnostics.ts"
import { schemaIssues } from "./schema-issues.ts"
import { type KeyPath, parseYaml } from "./source-map.ts"
import { isMap } from "./unknown-values.ts"
import { decodeUtf8 } from "./utf8-text.ts"

/** A target in the list of a source. */
export interface DiscoveredTarget {
  /** `HOST:PORT`, or a URL. */
  readonly address: string
  /** The labels of its group, including `__scheme__` and the like. */
  readonly labels: Readonly<Record<string, string>>
  /** For messages: `targets/shops.yml:3:7`. */
  readonly location: string
}

/** All targets of a document, or all of its errors. */
export type ParsedGroups = Result.Result<ReadonlyArray<DiscoveredTarget>, ReadonlyArray<Diagnostic>>

/**
 * Prometheus' target groups (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config).
 */
const Groups = Schema.Array(
  Schema.Struct({
    targets: Schema.optionalKey(Schema.Array(Schema.String)),
    labels: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
  })
)

const decode = Schema.decodeUnknownSync(Groups)

/** Ignores keys without a value and files without groups, as Prometheus does. */
const withoutEmpty = (value: unknown): unknown => {
  const isNothing = (item: unknown) => item === null || item === ""
  if (isNothing(value)) return []
  if (!Array.isArray(value)) return value
  return value.map((group) =>
    isMap(group) ? Object.fromEntries(Object.entries(group).filter(([, item]) => !isNothing(item))) : group
  )
}

/** Removes the labels that only Prometheus' relabeling uses. They are often long, such as all annotations of a pod. */
const withoutMeta = (labels: DiscoveredTarget["labels"]): DiscoveredTarget["labels"] =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("__meta_")))

const discoveredTargets = (value: unknown, locationOf: (path: KeyPath) => string): ReadonlyArray<DiscoveredTarget> =>
  decode(value).flatMap(({ targets = [], labels: all = {} }, group) => {
    const labels = withoutMeta(all)
    return targets.map((address, index) => ({ address, labels, location: locationOf([group, "targets", index]) }))
  })

/** The targets of a JSON document. `from` is its file or URL. */
export const fromJson = (from: string, bytes: Uint8Array): ParsedGroups => {
  const document = parse(bytes)
  if (Result.isFailure(document)) return Result.fail([{ location: from, message: `not JSON: ${document.failure}` }])
  const value = withoutEmpty(document.success.root)
  const issues = schemaIssues(Groups, value).map((issue) => ({
    location: from,
    message: issue.path.length === 0 ? messageOf(issue) : `${formatPath(issue.path)}: ${messageOf(issue)}`
  }))
  return issues.length > 0
    ? Result.fail(issues)
    : Result.succeed(discoveredTargets(value, (path) => `${from}: ${formatPath(path)}`))
}

/** The targets of a YAML document. All scalars are strings: the label `1.10` is not 1.1. */
export const fromYaml = (from: string, bytes: Uint8Array): ParsedGroups => {
  const text = decodeUtf8(bytes)
  if (Result.isFailure(text)) return Result.fail([diagnosticOf(from, text.failure)])
  const source = parseYaml(text.success, "failsafe")
  if (Result.isFailure(source)) return Result.fail(source.failure.map((problem) => diagnosticOf(from, problem)))
  const { value: given, duplicates, positionOf, keyPositionOf } = source.success
  const value = withoutEmpty(given)
  // messages do not show what was found: a URL may contain a password
  const issues = schemaIssues(Groups, value).map((issue) => ({
    ...(issue.about === "key" ? keyPositionOf(issue.path) : positionOf(issue.path)),
    path: issue.path,
    message: messageOf(issue)
  }))
  const problems = [...duplicates, ...issues]
  if (problems.length > 0) return Result.fail(sortProblems(problems).map((problem) => diagnosticOf(from, problem)))
  const locationOf = (path: KeyPath) => {
    const { line, column } = positionOf(path)
    return `${from}:${line}:${column}`
  }
  return Result.succeed(discoveredTargets(value, locationOf))
}
