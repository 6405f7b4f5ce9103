import * as Result from "effect/Result"
import { isMap } from "../config/unknown-values.ts"
import type { Lost } from "./converted-file.ts"
import { convertGjson } from "./gjson-path.ts"
import { convertXpath, literalOf } from "./xpath.ts"

export type Fields = Record<string, unknown>

export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
export const maps = (value: unknown): ReadonlyArray<Fields> => list(value).filter(isMap)
export const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value))

/** The help that Telegraf's prometheus_client writes. */
const help = "Telegraf collected metric"

/** Replaces characters that Prometheus' names cannot have, such as `.` and `-`. */
export const legal = (name: string) => name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_")

/** The name of a series in prometheus_client: the measurement and the field, without the field `value`. */
const metricName = (measurement: string, field: string) =>
  legal(field === "value" ? measurement : `${measurement}_${field}`)

/** Types of fields that prometheus_client shows as labels. It shows no booleans. */
const isText = (type: unknown) => type === "string"
const isBoolean = (type: unknown) => type === "bool" || type === "boolean"

/** Reports a lost part of an input. `owner`: its object in the new configuration; `key` and `value`: find its line. */
export type Lose = (owner: object, what: string, key: string, value?: string, kind?: Lost["kind"]) => void

/** Rows or a whole document: the metrics and labels taken from there. */
interface Scope {
  readonly metrics: Map<string, unknown>
  readonly labels: Map<string, unknown>
}

const scopeFields = ({ metrics, labels }: Scope): Fields => ({
  ...(labels.size > 0 && { labels_from: Object.fromEntries(labels) }),
  ...(metrics.size > 0 && { metrics: Object.fromEntries(metrics) })
})

/** Adds a field or tag of `json_v2` whose path is GJSON. */
const addGjson = (
  scope: Scope,
  owner: object,
  measurement: string,
  kind: "field" | "tag",
  entry: Fields,
  lose: Lose
) => {
  const given = text(entry.path)
  const converted = convertGjson(given)
  if (Result.isFailure(converted)) return lose(owner, `${kind} ${given}: ${converted.failure}`, "path", given)
  const { path, name, isCount, isFirst, isSingular } = converted.success
  const label = text(entry.rename) || name
  if (kind === "tag" || isText(entry.type)) {
    if (!isSingular) return lose(owner, `${kind} ${given}: several results`, "path", given)
    scope.labels.set(legal(label), path)
    return
  }
  if (isBoolean(entry.type)) return
  const optional = entry.optional === true ? { optional: true } : {}
  // a query without the last # (isFirst) is converted: if it has several matches, the poll reports a problem
  if (!isSingular && !isCount && !isFirst)
    return lose(owner, `field ${given}: several results without a tag that tells them apart`, "path", given)
  const value = isCount ? { count: path } : path
  scope.metrics.set(metricName(measurement, label), { value, type: "untyped", ...optional, help })
}

const objectKeys = new Set(
  "path optional tags renames fields included_keys excluded_keys field tag disable_prepend_keys timestamp_key timestamp_format timestamp_timezone".split(
    " "
  )
)

/**
 * Converts one `[[inputs.http.json_v2.object]]` to rows. It is lost if neither `included_keys` nor `field` names its
 * fields, since they then depend on the response.
 */
const convertObject = (object: Fields, measurement: string, owner: object, lose: Lose): Fields | undefined => {
  const given = text(object.path)
  const converted = convertGjson(given)
  if (Result.isFailure(converted)) return void lose(owner, `object ${given}: ${converted.failure}`, "path", given)
  const { path, isCount, isSingular } = converted.success
  const rows: Fields = {}
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  const tags = list(object.tags).map(text)
  // an object with tags is probably a list, whose elements are the rows; a path that ends in ] selects them already
  const isRows = tags.length > 0 && !isCount && !path.endsWith("]")
  const renames: Fields = isMap(object.renames) ? object.renames : {}
  const types: Fields = isMap(object.fields) ? object.fields : {}
  const excluded = new Set(list(object.excluded_keys).map(text))
  const included = list(object.included_keys).map(text)
  const nameOf = (key: string) => (Object.hasOwn(renames, key) ? text(renames[key]) : key)
  for (const tag of tags) scope.labels.set(legal(nameOf(tag)), tag)
  for (const key of included) {
    if (tags.includes(key) || excluded.has(key)) continue
    addGjson(
      scope,
      owner,
      measurement,
      "field",
      { path: key, rename: nameOf(key), type: Object.hasOwn(types, key) ? types[key] : undefined, optional: isRows },
      lose
    )
  }
  for (const kind of ["field", "tag"] as const)
    for (const entry of maps(object[kind])) addGjson(scope, owner, measurement, kind, entry, lose)
  if (included.length === 0 && maps(object.field).length === 0)
    return void lose(
      owner,
      `object ${given}: its fields are those of the response; poller init reads them from one`,
      "path"
    )
  if (object.timestamp_key !== undefined) lose(owner, "timestamp_key: poller exposes no time stamps", "timestamp_key")
  for (const key of Object.keys(object)) if (!objectKeys.has(key)) lose(owner, key, key)
  if (scope.metrics.size === 0) return undefined
  const nested = [...new Set([...tags, ...included])].filter((key) => /[^_]_[^_]/.test(key) && !excluded.has(key))
  if (nested.length > 0)
    lose(
      rows,
      `a _ in ${nested.join(", ")} may part a key from one within it: then write a dot`,
      "path",
      given,
      "check"
    )
  if (tags.length === 0 && isSingular && path !== "@")
    lose(rows, `if ${given} is a list, write ${path}[*] and a label that tells its items apart`, "path", given, "check")
  Object.assign(rows, {
    path: isRows ? `${path === "@" ? "@" : path}[*]` : path,
    optional: object.optional === true,
    ...scopeFields(scope)
  })
  if (object.optional !== true) delete rows.optional
  return rows
}

export const convertJsonV2 = (parser: Fields, measurement: string, target: Fields, lose: Lose): void => {
  const name = text(parser.measurement_name) || measurement
  if (parser.measurement_name_path !== undefined) lose(target, "measurement_name_path", "measurement_name_path")
  if (parser.timestamp_path !== undefined)
    lose(target, "timestamp_path: poller exposes no time stamps", "timestamp_path")
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  for (const kind of ["field", "tag"] as const)
    for (const entry of maps(parser[kind])) addGjson(scope, target, name, kind, entry, lose)
  const each = maps(parser.object).flatMap((object) => convertObject(object, name, target, lose) ?? [])
  const own = scope.metrics.size > 0 ? [{ path: "@", ...scopeFields(scope) }] : []
  if (own.length === 0 && scope.labels.size > 0)
    lose(
      target,
      `${[...scope.labels.keys()].join(", ")}: texts without a number; write map to make one of them`,
      "path"
    )
  target.each = [...list(target.each), ...own, ...each]
}

const xpathKeys = new Set(
  "metric_name metric_selection timestamp timestamp_format timezone tags fields fields_int".split(" ")
)

/** Converts one `[[inputs.http.xpath]]`, as far as its paths are plain. */
export const convertXpathParser = (parser: Fields, measurement: string, target: Fields, lose: Lose): void => {
  const [, quoted] = /^\s*['"](.*)['"]\s*$/.exec(text(parser.metric_name)) ?? []
  if (text(parser.metric_name) !== "" && quoted === undefined)
    lose(target, `metric_name ${parser.metric_name}`, "metric_name")
  const rows = convertXpath(text(parser.metric_selection))
  if (Result.isFailure(rows)) {
    lose(target, `metric_selection ${rows.failure}`, "metric_selection")
    return
  }
  for (const key of Object.keys(parser)) if (!xpathKeys.has(key)) lose(target, `${key} ${text(parser[key])}`, key)
  if (parser.timestamp !== undefined) lose(target, "timestamp: poller exposes no time stamps", "timestamp")
  const row: Fields = {}
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  const entriesOf = (key: string) => Object.entries(isMap(parser[key]) ? (parser[key] as Fields) : {})
  const constants = new Map<string, string>()
  for (const [name, xpath] of entriesOf("tags")) {
    const literal = literalOf(text(xpath))
    if (literal !== undefined) {
      constants.set(legal(name), literal)
      continue
    }
    const path = convertXpath(text(xpath))
    if (Result.isFailure(path)) lose(target, `tag ${name}: ${path.failure}`, name)
    else scope.labels.set(legal(name), path.success)
  }
  for (const [name, xpath] of [...entriesOf("fields"), ...entriesOf("fields_int")]) {
    const path = convertXpath(text(xpath))
    if (Result.isFailure(path)) lose(target, `field ${name}: ${path.failure}`, name)
    else if (/^\s*string\(/.test(text(xpath))) scope.labels.set(legal(name), path.success)
    else if (!/^\s*boolean\(/.test(text(xpath)))
      scope.metrics.set(metricName(quoted ?? measurement, name), { value: path.success, type: "untyped", help })
  }
  if (scope.metrics.size === 0) return
  target.each = [
    ...list(target.each),
    Object.assign(row, {
      path: rows.success,
      ...(constants.size > 0 && { labels: Object.fromEntries(constants) }),
      ...scopeFields(scope)
    })
  ]
}
