import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse } from "../mapping/document/json.ts"
import { type Remark, remark, sorted } from "./diagnostics.ts"
import { place } from "./path-text.ts"
import { issuesOf } from "./schema-issues.ts"
import { type KeyPath, read } from "./source-map.ts"
import { isMap } from "./unknown-values.ts"

/** A target as a source lists it. */
export interface Entry {
  /** `HOST:PORT`, or a URL. */
  readonly address: string
  /** Of its group, those for Prometheus (`__scheme__` and so on) among them. */
  readonly labels: Readonly<Record<string, string>>
  /** For whoever is to mend it: `targets/shops.yml:3:7`. */
  readonly where: string
}

/** All entries of a document, or all that keeps it from being one. */
export type Entries = Result.Result<ReadonlyArray<Entry>, ReadonlyArray<Remark>>

/** Prometheus' target groups (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config). */
const Groups = Schema.Array(
  Schema.Struct({
    targets: Schema.optionalKey(Schema.Array(Schema.String)),
    labels: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
  })
)

const decode = Schema.decodeUnknownSync(Groups)

/** A key without a value is as good as none, and so is a file without groups. */
const filled = (value: unknown): unknown => {
  const isNothing = (item: unknown) => item === null || item === ""
  if (isNothing(value)) return []
  if (!Array.isArray(value)) return value
  return value.map((group) =>
    isMap(group) ? Object.fromEntries(Object.entries(group).filter(([, item]) => !isNothing(item))) : group
  )
}

const flattened = (value: unknown, whereOf: (path: KeyPath) => string): ReadonlyArray<Entry> =>
  decode(value).flatMap(({ targets = [], labels = {} }, group) =>
    targets.map((address, index) => ({ address, labels, where: whereOf([group, "targets", index]) }))
  )

/** The entries of a JSON document; `from` is the file or URL that it is of. Its bytes, since JSON is UTF-8. */
export const fromJson = (from: string, bytes: Uint8Array): Entries => {
  const document = parse(bytes)
  if (Result.isFailure(document)) return Result.fail([{ where: from, message: `not JSON: ${document.failure}` }])
  const value = filled(document.success.root)
  const issues = issuesOf(Groups, value).map(({ path, message }) => ({
    where: from,
    message: path.length === 0 ? message : `${place(path)}: ${message}`
  }))
  return issues.length > 0 ? Result.fail(issues) : Result.succeed(flattened(value, (path) => `${from}: ${place(path)}`))
}

/** The entries of a YAML document, whose words all stand for themselves: the label `1.10` is not 1.1. */
export const fromYaml = (from: string, bytes: Uint8Array): Entries => {
  const source = read(new TextDecoder().decode(bytes), "failsafe")
  if (Result.isFailure(source)) return Result.fail(source.failure.map((problem) => remark(from, problem)))
  const { value: given, duplicates, positionOf, keyPositionOf } = source.success
  const value = filled(given)
  // what was found in place of what was expected is not told: a URL may hold a password
  const issues = issuesOf(Groups, value).map(({ path, about, message }) => ({
    ...(about === "key" ? keyPositionOf(path) : positionOf(path)),
    path,
    message
  }))
  const problems = [...duplicates, ...issues]
  if (problems.length > 0) return Result.fail(sorted(problems).map((problem) => remark(from, problem)))
  const whereOf = (path: KeyPath) => {
    const { line, column } = positionOf(path)
    return `${from}:${line}:${column}`
  }
  return Result.succeed(flattened(value, whereOf))
}
