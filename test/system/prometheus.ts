import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"

const install = "apt-get install -y --no-install-recommends prometheus"

export const noPrometheus: boolean = isMissing({ name: "Prometheus", probe: ["prometheus", "--version"], install })

/** Runs promtool, with a page on stdin if it reads one. */
export const promtool = (args: ReadonlyArray<string>, input?: Uint8Array) => {
  const { status, stdout, stderr } = spawnSync("promtool", args, { ...(input && { input }), encoding: "utf8" })
  return { status, output: stdout + stderr }
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>
  /** Time of evaluation, and the value as Prometheus spells it. */
  readonly value: readonly [at: number, value: string]
}

export interface ScrapeJob {
  readonly name: string
  /** `HOST:PORT` of what it scrapes, every second. */
  readonly target: string
}

/** A real Prometheus on a free port of loopback, with its data in a temporary folder. */
export interface Prometheus extends AsyncDisposable {
  /** An instant query, evaluated now. */
  readonly query: (expression: string) => Promise<ReadonlyArray<Series>>
  /** Evaluates an expression at every fifth second of the last minutes. */
  readonly queryRange: (expression: string, minutes: number) => Promise<ReadonlyArray<Pick<Series, "metric">>>
  /** The values of a label over the series of a selector, as Grafana's `label_values(selector, label)` has them. */
  readonly labelValues: (selector: string, label: string) => Promise<ReadonlyArray<string>>
  /** The alerts of its rule files: when each was last evaluated, with what error if any, and whether it fires. */
  readonly alerts: () => Promise<
    ReadonlyArray<{
      readonly name: string
      readonly state: "inactive" | "pending" | "firing"
      readonly health: "ok" | "unknown" | "err"
      readonly lastError?: string
    }>
  >
  /** The metadata of a job's families, from TYPE, UNIT and HELP. */
  readonly metadata: (job: string) => Promise<
    ReadonlyArray<{
      readonly metric: string
      readonly type: string
      readonly unit: string
      readonly help: string
    }>
  >
}

export const startPrometheus = async (
  jobs: ReadonlyArray<ScrapeJob>,
  ruleFiles: ReadonlyArray<string> = []
): Promise<Prometheus> => {
  const directory = temporaryFolder()
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ruleFiles,
    scrape_configs: jobs.map(({ name, target }) => ({ job_name: name, static_configs: [{ targets: [target] }] }))
  }
  await writeFile(join(directory, "prometheus.yml"), JSON.stringify(config))
  const child = spawn(
    "prometheus",
    [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      "--web.listen-address=127.0.0.1:0"
    ],
    { stdio: ["ignore", "ignore", "pipe"] }
  )
  const ended = once(child, "close")
  let url = ""
  for await (const line of createInterface(child.stderr)) {
    url = /msg="Listening on" address=(\S+)/.exec(line)?.[1] ?? url
    if (line.includes("Server is ready")) break
  }
  child.stderr.resume()
  const get = async (path: string, parameters: Record<string, string>) => {
    const response = await fetch(`http://${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const answer = JSON.parse(await response.text())
    if (answer.status !== "success") throw new Error(JSON.stringify(answer))
    return answer.data
  }
  return {
    query: async (query) => (await get("query", { query })).result,
    queryRange: async (query, minutes) => {
      const end = Date.now() / 1000
      return (await get("query_range", { query, start: String(end - 60 * minutes), end: String(end), step: "5" }))
        .result
    },
    labelValues: (selector, label) => get(`label/${label}/values`, { "match[]": selector }),
    alerts: async () =>
      (await get("rules", { type: "alert" })).groups.flatMap((group: { readonly rules: unknown }) => group.rules),
    metadata: (job) => get("targets/metadata", { match_target: `{job="${job}"}` }),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM")
      await ended
    }
  }
}
