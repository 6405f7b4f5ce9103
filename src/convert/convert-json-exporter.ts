import { stringify } from "yaml"
import type { SourceMap } from "../config/source-map.ts"
import { nameOfSource } from "../init/source-name.ts"
import { type Conversion, formatLost, LostParts } from "./converted-file.ts"
import { convertModules, type Module } from "./json-exporter.ts"
import { convertRules, type Jobs, type Probe, readJobs } from "./prometheus-jobs.ts"

type Fields = Record<string, unknown>

const placeholder = "http://localhost/"

/** Without Prometheus' file, the URLs are unknown. Each module becomes a target that the user has to complete. */
const targetsOfModules = (modules: ReadonlyArray<Module>, lost: LostParts): Fields => ({
  targets: modules.map(({ name, settings, mapping }) => {
    const labels = { instance: `${placeholder}${name}` }
    const target: Fields = { name, url: placeholder, labels, ...settings, ...mapping }
    lost.move(mapping, target)
    return target
  })
})

/** Unique names for the targets, from their URLs. */
const namesOf = (probes: ReadonlyArray<Probe>): ReadonlyMap<Probe, string> => {
  const taken = new Set<string>()
  return new Map(
    probes.map((probe) => {
      const stem = nameOfSource(new URL(probe.url)).replaceAll("_", "-")
      let name = stem
      for (let n = 2; taken.has(name); n++) name = `${stem}-${n}`
      taken.add(name)
      return [probe, name]
    })
  )
}

const targetsOfProbes = (
  probes: ReadonlyArray<Probe>,
  modules: ReadonlyArray<Module>,
  names: ReadonlyMap<Probe, string>
): Fields => {
  const settingsOf = new Map(modules.map(({ name, settings }) => [name, settings]))
  return {
    targets: probes.map((probe) => ({
      name: names.get(probe),
      url: probe.url,
      interval: probe.interval,
      timeout: probe.timeout,
      ...settingsOf.get(probe.module),
      labels: probe.labels,
      mapping: probe.module
    })),
    mappings: Object.fromEntries(modules.map(({ name, mapping }) => [name, mapping]))
  }
}

/** The job that replaces the jobs of json_exporter. Its series have their own `job` and `instance`. */
const scrapeJob = (names: ReadonlyArray<string>): ReadonlyArray<string> => [
  `In prometheus.yml this job takes the place of ${names.join(", ")}, and \`promtool check config\` checks it:`,
  ...stringify({
    scrape_configs: [{ job_name: "poller", honor_labels: true, static_configs: [{ targets: ["localhost:9180"] }] }]
  })
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`)
]

/** Comments that show each rule with `up` and its new expression, or the general replacement if no rule has `up`. */
const rulesOf = (
  rules: ReadonlyArray<unknown>,
  jobs: Jobs,
  names: ReadonlyMap<Probe, string>
): ReadonlyArray<string> => {
  const targetsOf = (job: string) =>
    jobs.probes.filter((probe) => probe.job === job).flatMap((probe) => names.get(probe) ?? [])
  const found = rules.flatMap((file) => convertRules(file, jobs.names, targetsOf))
  const general = jobs.names.map((job) => ({
    before: `up{job="${job}"}`,
    after: `poll_up{target=~"${targetsOf(job).join("|")}"}`
  }))
  return [
    "In the rules of Prometheus:",
    ...(found.length > 0 ? found : general).flatMap(({ before, after }) => [`  ${before}`, `    becomes ${after}`])
  ]
}

/** Converts a configuration of json_exporter, with the configuration and rules of Prometheus if given. */
export const convertJsonExporter = (
  source: SourceMap,
  prometheus: SourceMap | undefined,
  rules: ReadonlyArray<unknown>
): Conversion => {
  const lost = new LostParts()
  const all = convertModules(source, lost)
  // a target without metrics would get a series for every number of the response
  const modules = all.filter(({ mapping }) => Object.keys(mapping).length > 0)
  const empty = all.filter((module) => !modules.includes(module))
  const lostModules = empty.flatMap(({ name, mapping }) => [
    `lost: the module ${name}, of which nothing could be carried over`,
    ...(lost.byObject.get(mapping) ?? []).map((part) => `  ${formatLost(part)}`)
  ])
  if (prometheus === undefined) {
    return {
      configuration: targetsOfModules(modules, lost),
      lost: lost.byObject,
      head: [
        "Converted from json_exporter. The URLs are in the configuration of Prometheus: give it with --prometheus,",
        "or write url and instance of each target.",
        ...lostModules
      ],
      foot: []
    }
  }
  const jobs = readJobs(prometheus, new Set(all.map(({ name }) => name)))
  const probes = jobs.probes.filter(({ module }) => modules.some(({ name }) => name === module))
  const names = namesOf(probes)
  return {
    configuration: targetsOfProbes(probes, modules, names),
    lost: lost.byObject,
    head: [
      "Converted from json_exporter.",
      ...lostModules,
      ...jobs.lost.map(({ what, line }) => `lost: ${what} (line ${line} of Prometheus' file)`)
    ],
    foot: jobs.names.length === 0 ? [] : [...scrapeJob(jobs.names), "", ...rulesOf(rules, jobs, names)]
  }
}
