import type { KeyPath, SourceMap } from "../config/source-map.ts"
import { isMap } from "../config/unknown-values.ts"
import type { Lost } from "./converted-file.ts"
import { type Labels, relabel } from "./relabel-configs.ts"

type Fields = Readonly<Record<string, unknown>>

/** A request from Prometheus to json_exporter. */
export interface Probe {
  readonly job: string
  readonly module: string
  readonly url: string
  readonly interval: string
  readonly timeout: string
  /** The labels that Prometheus added to each series, `job` and `instance` among them. */
  readonly labels: Readonly<Record<string, string>>
}

export interface Jobs {
  readonly probes: ReadonlyArray<Probe>
  /** The names of the jobs that scraped json_exporter, in order. */
  readonly names: ReadonlyArray<string>
  readonly lost: ReadonlyArray<Lost>
}

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Keys of a scrape config that are converted here, or that do not affect json_exporter's targets. */
const known = new Set([
  "job_name",
  "metrics_path",
  "params",
  "static_configs",
  "relabel_configs",
  "scrape_interval",
  "scrape_timeout",
  "scheme",
  "honor_labels",
  "honor_timestamps"
])

const isProbe = (config: Fields): boolean =>
  config.metrics_path === "/probe" && isMap(config.params) && Array.isArray(config.params.module)

const visible = (labels: Labels): Record<string, string> =>
  Object.fromEntries([...labels].filter(([name]) => !name.startsWith("__")))

/** The targets of json_exporter in a configuration of Prometheus. `modules` are those of json_exporter. */
export const readJobs = (source: SourceMap, modules: ReadonlySet<string>): Jobs => {
  const probes: Array<Probe> = []
  const names: Array<string> = []
  const lost: Array<Lost> = []
  const root: Fields = isMap(source.value) ? source.value : {}
  const global: Fields = isMap(root.global) ? root.global : {}
  for (const [index, config] of list(root.scrape_configs).entries()) {
    if (!isMap(config) || !isProbe(config)) continue
    const path: KeyPath = ["scrape_configs", index]
    const job = String(config.job_name)
    const lose = (what: string, ...key: KeyPath) =>
      void lost.push({ what: `job ${job}: ${what}`, line: source.positionOf([...path, ...key]).line })
    const params: Fields = isMap(config.params) ? config.params : {}
    if (!list(params.module).some((name) => modules.has(String(name)))) continue
    names.push(job)
    for (const key of Object.keys(config)) if (!known.has(key)) lose(key, key)
    const interval = String(config.scrape_interval ?? global.scrape_interval ?? "1m")
    const timeout = String(config.scrape_timeout ?? global.scrape_timeout ?? "10s")
    for (const [group, entry] of list(config.static_configs).entries()) {
      const own: Fields = isMap(entry) ? entry : {}
      for (const [at, address] of list(own.targets).entries()) {
        const before: Labels = new Map([
          ...Object.entries(isMap(own.labels) ? own.labels : {}).map(([name, value]) => [name, String(value)] as const),
          ["job", job],
          ["__address__", String(address)],
          ["__scheme__", String(config.scheme ?? "http")],
          ["__metrics_path__", "/probe"],
          ["__scrape_interval__", interval],
          ["__scrape_timeout__", timeout],
          ...Object.entries(params).map(([name, value]) => [`__param_${name}`, String(list(value)[0] ?? "")] as const)
        ])
        try {
          const labels = relabel(before, config.relabel_configs)
          if (labels === undefined) continue
          const module = labels.get("__param_module") ?? ""
          const url = labels.get("__param_target") ?? ""
          const others = [...labels.keys()].filter((name) => /^__param_(?!module$|target$)/.test(name))
          for (const name of others) lose(`the parameter ${name.slice("__param_".length)}`, "params")
          if (!modules.has(module)) lose(`there is no module ${module}`, "params")
          else if (!URL.canParse(url)) lose(`the target ${url} is no URL`, "static_configs", group, "targets", at)
          else {
            const shown = { instance: labels.get("__address__") ?? "", ...visible(labels) }
            probes.push({
              job,
              module,
              url,
              interval: labels.get("__scrape_interval__") ?? interval,
              timeout: labels.get("__scrape_timeout__") ?? timeout,
              labels: shown
            })
          }
        } catch (error) {
          lose(`relabel_configs: ${error instanceof Error ? error.message : error}`, "relabel_configs")
        }
      }
    }
  }
  return { probes, names, lost }
}

/** Matches the `up` of a job in an expression, with matchers for other labels: `up{job="json",instance="x"}`. */
const upOf = (job: string) =>
  new RegExp(`\\bup\\s*\\{[^}]*\\bjob\\s*=\\s*"${job.replace(/[^\w]/g, "\\$&")}"[^}]*\\}`, "g")

/** Finds the rules that test whether a job's targets are up, and converts their expressions. */
export const convertRules = (
  rules: unknown,
  names: ReadonlyArray<string>,
  targetsOf: (job: string) => ReadonlyArray<string>
): ReadonlyArray<{ readonly before: string; readonly after: string }> => {
  const groups = isMap(rules) ? list(rules.groups) : []
  const expressions = groups
    .flatMap((group) => (isMap(group) ? list(group.rules) : []))
    .flatMap((rule) => (isMap(rule) && typeof rule.expr === "string" ? [rule.expr.trim()] : []))
  return expressions.flatMap((before) => {
    const after = names.reduce(
      (text, job) => text.replace(upOf(job), () => `poll_up{target=~"${targetsOf(job).join("|")}"}`),
      before
    )
    return after === before ? [] : [{ before, after }]
  })
}
