import * as Result from "effect/Result"
import type { KeyPath, SourceMap } from "../config/source-map.ts"
import { isMap } from "../config/unknown-values.ts"
import type { LostParts } from "./converted-file.ts"
import { httpClientSettings } from "./http-client-config.ts"
import { convertTemplate, type TemplatePart } from "./kubernetes-path.ts"

type Fields = Record<string, unknown>

/** A module: its request as settings of a target, and its mapping. */
export interface Module {
  readonly name: string
  readonly settings: Fields
  readonly mapping: Fields
}

const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value))

const entries = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  isMap(value) ? Object.entries(value) : []

/** Converts the metrics of one module. */
class Metrics {
  readonly metrics = new Map<string, unknown>()
  readonly each: Array<Fields> = []
  readonly #source: SourceMap
  readonly #lost: LostParts

  /** json_exporter before 0.3 had paths without braces. */
  readonly #hasBarePaths: boolean

  constructor(source: SourceMap, lost: LostParts) {
    this.#hasBarePaths = !isModules(source.value)
    this.#source = source
    this.#lost = lost
  }

  #template(value: unknown): string {
    return this.#hasBarePaths && /^\$[.[]/.test(text(value)) ? `{${text(value)}}` : text(value)
  }

  #lose(owner: object, what: string, path: KeyPath) {
    this.#lost.add(owner, what, this.#source.positionOf(path).line)
  }

  /** Marks a path that fails in json_exporter: poller has additional series for it. */
  #markFault(owner: object, part: TemplatePart, template: string, path: KeyPath) {
    if (!("fault" in part)) return
    const what = `json_exporter finds nothing by ${template}: ${part.fault}`
    this.#lost.add(owner, what, this.#source.positionOf(path).line, "new")
  }

  /** The labels of a metric: constants, and values from the document. */
  #labels(owner: object, value: unknown, path: KeyPath): Fields {
    const labels = new Map<string, string>()
    const from = new Map<string, unknown>()
    for (const [name, template] of entries(value)) {
      const parts = convertTemplate(this.#template(template))
      if (Result.isFailure(parts)) {
        this.#lose(owner, `label ${name}: ${parts.failure} in ${text(template)}`, [...path, name])
        continue
      }
      const paths = parts.success.filter((part) => "path" in part)
      const [only] = paths
      if (only === undefined) labels.set(name, parts.success.map((part) => ("text" in part ? part.text : "")).join(""))
      else if (paths.length > 1) this.#lose(owner, `label ${name}: several paths in ${text(template)}`, [...path, name])
      else {
        this.#markFault(owner, only, text(template), [...path, name])
        from.set(name, labelEntry(parts.success, only.path))
        if (!only.isSingular)
          this.#lose(owner, `label ${name}: several results of ${only.path}, joined by blanks`, [...path, name])
      }
    }
    return {
      ...(labels.size > 0 && { labels: Object.fromEntries(labels) }),
      ...(from.size > 0 && { labels_from: Object.fromEntries(from) })
    }
  }

  /** `value` of a metric; undefined if it is lost. */
  #value(owner: object, template: unknown, path: KeyPath): unknown {
    const parts = convertTemplate(this.#template(template))
    const lose = (what: string) => {
      this.#lose(owner, what, path)
      return undefined
    }
    if (Result.isFailure(parts)) return lose(`${parts.failure} in ${text(template)}`)
    const [part, another] = parts.success
    if (part === undefined) return lose("an empty value")
    if (another !== undefined) return lose(`text around a path as value: ${text(template)}`)
    if ("path" in part) {
      this.#markFault(owner, part, text(template), path)
      return part.path
    }
    const constant = part.text === "true" ? 1 : part.text === "false" ? 0 : Number(part.text)
    return part.text.trim() !== "" && Number.isFinite(constant) ? { constant } : lose(`the value ${part.text}`)
  }

  add(metric: Fields, path: KeyPath, module: object): void {
    const name = text(metric.name)
    const kind = text(metric.type)
    if (!["", "value", "object"].includes(kind)) {
      this.#lose(module, `${name}: json_exporter has no type ${kind}`, [...path, "type"])
      return
    }
    const isObject = kind === "object"
    const owner: Fields = {}
    const help = text(metric.help) || name
    const type =
      metric.valuetype === "counter" ? { type: "counter" } : metric.valuetype === "gauge" ? {} : { type: "untyped" }
    const optional = metric.allow_missing_key === true ? { optional: true } : {}
    const labels = this.#labels(owner, metric.labels, [...path, "labels"])
    if (text(metric.epochTimestamp) !== "")
      this.#lose(owner, `epochTimestamp of ${name}: poller exposes no time stamps`, [...path, "epochTimestamp"])
    if (!isObject) {
      const value = this.#value(owner, metric.path, [...path, "path"])
      if (value === undefined) {
        this.#lost.move(owner, module)
        return
      }
      this.#addMetric(name, Object.assign(owner, { value, ...type, ...labels, ...optional, help }))
      return
    }
    const rows = this.#value(owner, metric.path, [...path, "path"])
    if (typeof rows !== "string") {
      this.#lost.move(owner, module)
      return
    }
    const metrics: Record<string, unknown> = {}
    Object.assign(owner, { path: rows, ...optional, ...labels, metrics })
    for (const [key, template] of entries(metric.values)) {
      const inner: Fields = {}
      const value = this.#value(inner, template, [...path, "values", key])
      if (value === undefined) this.#lost.move(inner, owner)
      else
        metrics[`${name}_${key}`] = Object.assign(inner, {
          value,
          ...type,
          ...("constant" in Object(value) ? {} : optional),
          help
        })
    }
    if (Object.keys(metrics).length === 0) {
      this.#lost.move(owner, module)
      return
    }
    this.each.push(owner)
  }

  /** A second metric with the same name becomes another entry of its list. */
  #addMetric(name: string, metric: Fields) {
    const before = this.metrics.get(name)
    this.metrics.set(name, before === undefined ? metric : [...(Array.isArray(before) ? before : [before]), metric])
  }
}

/** An entry of `labels_from` with the text around the path. */
const labelEntry = (parts: ReadonlyArray<TemplatePart>, path: string): unknown => {
  if (parts.length === 1) return path
  const replacement = parts.map((part) => ("text" in part ? part.text.replaceAll("$", "$$$$") : "$1")).join("")
  return { path, pattern: "(.*)", replacement: replacement.replace(/\$1(?=\w)/, () => "${1}") }
}

const isModules = (value: unknown): value is { readonly modules: Fields } => isMap(value) && isMap(value.modules)

/** A file of json_exporter before 0.5: one module, without a name. */
const isOneModule = (value: unknown): value is Fields =>
  isMap(value) && Array.isArray(value.metrics) && value.metrics.every((metric) => isMap(metric) && "path" in metric)

/** Whether a file is a configuration of json_exporter. */
export const isJsonExporter = (value: unknown): boolean => isModules(value) || isOneModule(value)

/** The modules of a configuration of json_exporter (https://github.com/prometheus-community/json_exporter). */
export const convertModules = (source: SourceMap, lost: LostParts): ReadonlyArray<Module> => {
  const { value } = source
  const modules: ReadonlyArray<readonly [name: string, module: unknown, path: KeyPath]> = isModules(value)
    ? Object.entries(value.modules).map(([name, module]) => [name, module, ["modules", name]])
    : [["default", value, []]]
  return modules.map(([name, module, path]) => {
    const fields = isMap(module) ? module : {}
    const mapping: Fields = {}
    const metrics = new Metrics(source, lost)
    for (const [index, metric] of (Array.isArray(fields.metrics) ? fields.metrics : []).entries()) {
      if (isMap(metric)) metrics.add(metric, [...path, "metrics", index], mapping)
    }
    if (metrics.metrics.size > 0) mapping.metrics = Object.fromEntries(metrics.metrics)
    if (metrics.each.length > 0) mapping.each = metrics.each

    const lose = (what: string, key: KeyPath) => lost.add(mapping, what, source.positionOf([...path, ...key]).line)
    const settings = httpClientSettings(name, fields.http_client_config, (what, key) =>
      lose(what, ["http_client_config", ...key])
    )
    const headers = Object.fromEntries(entries(fields.headers).map(([header, value]) => [header, text(value)]))
    if (Object.keys(headers).length > 0) settings.headers = headers
    const body = isMap(fields.body) ? fields.body : {}
    if (text(body.content) !== "") {
      settings.method = "POST"
      settings.body = text(body.content)
      if (body.templatize === true && text(body.content).includes("{{"))
        lose("body.templatize: the body is sent as it stands here", ["body", "templatize"])
    }
    if (Array.isArray(fields.valid_status_codes) && fields.valid_status_codes.length > 0)
      settings.accept_status = fields.valid_status_codes
    return { name, settings, mapping }
  })
}
