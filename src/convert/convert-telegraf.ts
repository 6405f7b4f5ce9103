import * as Result from "effect/Result"
import { parse } from "smol-toml"
import { isMap } from "../config/unknown-values.ts"
import { nameOfSource } from "../init/source-name.ts"
import { type Conversion, formatLost, LostParts } from "./converted-file.ts"
import { convertGjson } from "./gjson-path.ts"
import { convertXpath } from "./xpath.ts"

type Fields = Record<string, unknown>

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
const maps = (value: unknown): ReadonlyArray<Fields> => list(value).filter(isMap)
const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value))

/** The help that Telegraf's prometheus_client writes. */
const help = "Telegraf collected metric"

/** Prometheus' names have neither `.` nor `-`. */
const legal = (name: string) => name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_")

/** As prometheus_client names a series: the measurement and the field, but for the field `value`. */
const metricName = (measurement: string, field: string) =>
  legal(field === "value" ? measurement : `${measurement}_${field}`)

/** Types of fields that prometheus_client shows as labels. It shows no booleans. */
const isText = (type: unknown) => type === "string"
const isBoolean = (type: unknown) => type === "bool" || type === "boolean"

/** The line of the `count`-th occurrence of a pattern, from the line `from` on; `from` if there is none. */
const lineOf = (lines: ReadonlyArray<string>, pattern: RegExp, from = 1): number => {
  const found = lines.findIndex((line, index) => index >= from - 1 && pattern.test(line))
  return found < 0 ? from : found + 1
}

/** Reports what is lost of an input: by its owner, and by the key, and the value, whose line it is. */
type Lose = (owner: object, what: string, key: string, value?: string) => void

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
  const { path, name, isCount, isSingular } = converted.success
  const label = text(entry.rename) || name
  if (kind === "tag" || isText(entry.type)) {
    if (!isSingular) return lose(owner, `${kind} ${given}: several results`, "path", given)
    scope.labels.set(legal(label), path)
    return
  }
  if (isBoolean(entry.type)) return
  const optional = entry.optional === true ? { optional: true } : {}
  if (!isSingular && !isCount)
    return lose(owner, `field ${given}: several results without a tag that tells them apart`, "path", given)
  const value = isCount ? { count: path } : path
  scope.metrics.set(metricName(measurement, label), { value, type: "untyped", ...optional, help })
}

/** One `[[inputs.http.json_v2.object]]`: rows, whose fields are known only by `included_keys` and tables of fields. */
const convertObject = (object: Fields, measurement: string, owner: object, lose: Lose): Fields | undefined => {
  const given = text(object.path)
  const converted = convertGjson(given)
  if (Result.isFailure(converted)) return void lose(owner, `object ${given}: ${converted.failure}`, "path", given)
  const { path, isCount } = converted.success
  const rows: Fields = {}
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  const tags = list(object.tags).map(text)
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
      rows,
      measurement,
      "field",
      { path: key, rename: nameOf(key), type: Object.hasOwn(types, key) ? types[key] : undefined, optional: true },
      lose
    )
  }
  for (const kind of ["field", "tag"] as const)
    for (const entry of maps(object[kind])) addGjson(scope, rows, measurement, kind, entry, lose)
  if (included.length === 0 && maps(object.field).length === 0)
    return void lose(
      owner,
      `object ${given}: its fields are those of the response; poller init reads them from one`,
      "path"
    )
  // the elements of a list are rows; an object that is no list is one row
  const isRows = tags.length > 0 && !isCount && !path.endsWith("]")
  Object.assign(rows, {
    path: isRows ? `${path === "@" ? "@" : path}[*]` : path,
    optional: object.optional === true,
    ...scopeFields(scope)
  })
  if (object.optional !== true) delete rows.optional
  return rows
}

const convertJsonV2 = (parser: Fields, measurement: string, target: Fields, lose: Lose): void => {
  const name = text(parser.measurement_name) || measurement
  if (parser.measurement_name_path !== undefined) lose(target, "measurement_name_path", "measurement_name_path")
  if (parser.timestamp_path !== undefined)
    lose(target, "timestamp_path: poller exposes no time stamps", "timestamp_path")
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  for (const kind of ["field", "tag"] as const)
    for (const entry of maps(parser[kind])) addGjson(scope, target, name, kind, entry, lose)
  const each = maps(parser.object).flatMap((object) => convertObject(object, name, target, lose) ?? [])
  const own = scope.metrics.size > 0 ? [{ path: "@", ...scopeFields(scope) }] : []
  target.each = [...list(target.each), ...own, ...each]
}

/** One `[[inputs.http.xpath]]`, as far as its paths are plain. */
const convertXpathParser = (parser: Fields, measurement: string, target: Fields, lose: Lose): void => {
  const [, quoted] = /^\s*['"](.*)['"]\s*$/.exec(text(parser.metric_name)) ?? []
  if (text(parser.metric_name) !== "" && quoted === undefined)
    lose(target, `metric_name ${parser.metric_name}`, "metric_name")
  const rows = convertXpath(text(parser.metric_selection))
  if (Result.isFailure(rows)) {
    lose(target, `metric_selection ${rows.failure}`, "metric_selection")
    return
  }
  if (parser.timestamp !== undefined) lose(target, "timestamp: poller exposes no time stamps", "timestamp")
  const row: Fields = {}
  const scope: Scope = { metrics: new Map(), labels: new Map() }
  const entriesOf = (key: string) => Object.entries(isMap(parser[key]) ? (parser[key] as Fields) : {})
  for (const [name, xpath] of entriesOf("tags")) {
    const path = convertXpath(text(xpath))
    if (Result.isFailure(path)) lose(row, `tag ${name}: ${path.failure}`, name)
    else scope.labels.set(legal(name), path.success)
  }
  for (const [name, xpath] of [...entriesOf("fields"), ...entriesOf("fields_int")]) {
    const path = convertXpath(text(xpath))
    if (Result.isFailure(path)) lose(row, `field ${name}: ${path.failure}`, name)
    else if (/^\s*string\(/.test(text(xpath))) scope.labels.set(legal(name), path.success)
    else if (!/^\s*boolean\(/.test(text(xpath)))
      scope.metrics.set(metricName(quoted ?? measurement, name), { value: path.success, type: "untyped", help })
  }
  target.each = [...list(target.each), Object.assign(row, { path: rows.success, ...scopeFields(scope) })]
}

/** Keys of an input that are settings of a target under another name. */
const settingsOf = (input: Fields, name: string, target: Fields, lose: Lose): Fields => {
  const settings: Fields = {}
  const { username, password, headers } = input
  if (text(input.method) !== "" && text(input.method).toUpperCase() !== "GET")
    settings.method = text(input.method).toUpperCase()
  if (isMap(headers))
    settings.headers = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, text(value)]))
  if (text(input.body) !== "") settings.body = text(input.body)
  if (text(username) !== "" || text(password) !== "") {
    settings.auth = { basic: { username: text(username), password_file: `${name}-password` } }
    lose(target, `the password: write it into the file ${name}-password`, "password")
  }
  const token = text(input.bearer_token) || text(input.token_file)
  if (token !== "") settings.auth = { bearer_token_file: token }
  if (text(input.token) !== "") {
    settings.auth = { bearer_token_file: `${name}-token` }
    lose(target, `the token: write it into the file ${name}-token`, "token")
  }
  const tls = {
    ...(text(input.tls_ca) !== "" && { ca_file: input.tls_ca }),
    ...(text(input.tls_cert) !== "" && { cert_file: input.tls_cert }),
    ...(text(input.tls_key) !== "" && { key_file: input.tls_key }),
    ...(text(input.tls_server_name) !== "" && { server_name: input.tls_server_name }),
    ...(input.insecure_skip_verify === true && { insecure_skip_verify: true })
  }
  if (Object.keys(tls).length > 0) settings.tls = tls
  if (text(input.http_proxy_url) !== "") settings.proxy = input.http_proxy_url
  if (list(input.success_status_codes).length > 0) settings.accept_status = input.success_status_codes
  return settings
}

/** Keys of an input that are read here, or that say nothing about its series. */
const known = new Set([
  ..."urls method headers body username password bearer_token token token_file timeout interval data_format".split(" "),
  ..."tls_ca tls_cert tls_key tls_server_name insecure_skip_verify http_proxy_url success_status_codes".split(" "),
  ..."name_override name_prefix name_suffix tags json_v2 xpath alias log_level precision collection_jitter".split(" ")
])

const convertInput = (
  input: Fields,
  from: number,
  lines: ReadonlyArray<string>,
  agent: Fields,
  tags: Fields,
  lost: LostParts,
  flat: Set<Fields>
) => {
  const escaped = (text: string) => text.replace(/[^\w]/g, "\\$&")
  const lose: Lose = (owner, what, key, value = "") =>
    lost.add(owner, what, lineOf(lines, new RegExp(`^\\s*"?${escaped(key)}"?\\s*=.*${escaped(value)}`), from))
  const measurement = `${text(input.name_prefix)}${text(input.name_override) || "http"}${text(input.name_suffix)}`
  return list(input.urls)
    .map(text)
    .map((url) => {
      const target: Fields = {}
      const name = URL.canParse(url) ? nameOfSource(new URL(url)).replaceAll("_", "-") : "http"
      const labels = Object.fromEntries(
        Object.entries({ ...tags, ...(isMap(input.tags) ? input.tags : {}), url }).map(([key, value]) => [
          legal(key),
          text(value)
        ])
      )
      const interval = text(input.interval) || text(agent.interval) || "10s"
      Object.assign(target, {
        name,
        url,
        interval,
        timeout: text(input.timeout) || "5s",
        ...settingsOf(input, name, target, lose),
        labels
      })
      for (const key of Object.keys(input)) if (!known.has(key) && !key.startsWith("json_")) lose(target, key, key)
      switch (text(input.data_format)) {
        case "json_v2":
          for (const parser of maps(input.json_v2)) convertJsonV2(parser, measurement, target, lose)
          break
        case "xpath_json":
          for (const parser of maps(input.xpath)) convertXpathParser(parser, measurement, target, lose)
          break
        case "json":
          flat.add(target)
          lose(
            target,
            `the names: data_format json makes ${measurement}_KEYS of every number of the response, a target without metrics upstream_KEYS; poller init drafts metrics from a response`,
            "data_format"
          )
          break
        default:
          lose(target, `data_format ${text(input.data_format)}`, "data_format")
      }
      if (list(target.each).length === 0) delete target.each
      return target
    })
}

/** Whether a text is a configuration of Telegraf. */
export const isTelegraf = (text: string): boolean => /^\s*\[\[\s*inputs\.\w+\s*\]\]/m.test(text)

const uniqueNames = (targets: ReadonlyArray<Fields>): void => {
  const taken = new Set<string>()
  for (const target of targets) {
    const stem = text(target.name)
    for (let n = 2; taken.has(text(target.name)); n++) target.name = `${stem}-${n}`
    taken.add(text(target.name))
  }
}

/** The `[[inputs.http]]` of a configuration of Telegraf, with the series that its prometheus_client shows. */
export const convertTelegraf = (source: string): Result.Result<Conversion, string> => {
  let root: Fields
  try {
    root = parse(source)
  } catch (error) {
    return Result.fail(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error))
  }
  const lines = source.split("\n")
  const lost = new LostParts()
  /** Targets of `data_format = "json"`. */
  const flat = new Set<Fields>()
  const inputs: Fields = isMap(root.inputs) ? root.inputs : {}
  const agent: Fields = isMap(root.agent) ? root.agent : {}
  const tags: Fields = isMap(root.global_tags) ? root.global_tags : {}
  let from = 0
  const all = maps(inputs.http).flatMap((input) => {
    from = lineOf(lines, /^\s*\[\[\s*inputs\.http\s*\]\]/, from + 1)
    return convertInput(input, from, lines, agent, tags, lost, flat)
  })
  if (all.length === 0) return Result.fail("there is no [[inputs.http]]")
  // a target without metrics has a series of every number, as data_format json has
  const targets = all.filter((target) => target.each !== undefined || flat.has(target))
  const empty = all.filter((target) => !targets.includes(target))
  uniqueNames(targets)
  const others = Object.keys(inputs).filter((name) => name !== "http")
  return Result.succeed({
    configuration: { targets },
    lost: lost.byObject,
    head: [
      "Converted from Telegraf, with the names of its prometheus_client. The tag host is left out: Prometheus has instance.",
      ...empty.flatMap((target) => [
        `lost: the URL ${text(target.url)}, of which nothing could be carried over`,
        ...(lost.byObject.get(target) ?? []).map((part) => `  ${formatLost(part)}`)
      ]),
      ...others.map((name) => `lost: inputs.${name} (line ${lineOf(lines, new RegExp(`inputs\\.${name}\\b`))})`)
    ],
    foot: []
  })
}
