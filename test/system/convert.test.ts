import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { program } from "./program.ts"

const folder = temporaryFolder()
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const poller = (args: ReadonlyArray<string>, input = "") => {
  const [command, ...first] = program
  const { status, stdout, stderr } = spawnSync(command, [...first, ...args], {
    input,
    encoding: "utf8",
    env: { PATH: process.env.PATH }
  })
  return { status, stdout, stderr }
}

const modules =
  'modules: { default: { metrics: [{ name: shop_queue, path: "{.queue}", valuetype: gauge, help: Queue. }] } }\n'
const prometheus = `rule_files: [rules.yml, missing.yml]
scrape_configs:
  - job_name: json
    metrics_path: /probe
    params: { module: [default] }
    static_configs: [{ targets: ["http://shop.example.com/health"] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "exporter:7979" }
`

test("a converted file passes check, and gives the series of json_exporter with the labels of Prometheus", () => {
  file(
    "rules.yml",
    'groups: [{ name: x, rules: [{ alert: Down, expr: up{job="json"} == 0 }] }]\n'
      .replace("up{", "'up{")
      .replace("0 }]", "0' }]")
  )
  const args = ["convert", file("modules.yml", modules), "--prometheus", file("prometheus.yml", prometheus)]
  const { status, stdout, stderr } = poller(args)
  expect([status, stderr]).toEqual([0, ""])
  expect(stdout).toContain('#   up{job="json"} == 0\n#     becomes poll_up{target=~"example-health"} == 0\n')
  const converted = file("converted.yml", stdout)
  expect(poller(["check", "--strict", converted])).toEqual({ status: 0, stdout: "1 target, no problems\n", stderr: "" })
  const response = file("response.json", '{"queue":3}')
  expect(poller(["once", "--from", response, converted]).stdout).toBe(
    '# HELP shop_queue Queue.\n# TYPE shop_queue gauge\nshop_queue{instance="http://shop.example.com/health",job="json"} 3\n'
  )
})

test("standard input is converted", () => {
  const { status, stdout } = poller(["convert", "-"], modules)
  expect([status, stdout]).toEqual([0, expect.stringContaining("shop_queue: { value: queue, help: Queue. }")])
  const telegraf =
    '[[inputs.http]]\nurls = ["http://x/y"]\ndata_format = "json_v2"\n[[inputs.http.json_v2]]\n[[inputs.http.json_v2.field]]\npath = "queue"\n'
  expect(poller(["convert", "-"], telegraf).stdout).toContain("http_queue: { value: queue, type: untyped")
})

test.each([
  [
    "another file",
    "a: 1\n",
    "stdin: neither a configuration of json_exporter (a map with modules) nor one of Telegraf (with [[inputs.http]])\n"
  ],
  ["broken TOML", "[[inputs.http]]\nurls = [\n", /^stdin: .+\n$/],
  ["broken YAML", "modules: [\n", /^stdin:\d+:\d+: .+\n$/]
])("%s is one line", (_, input, message) => {
  const { status, stdout, stderr } = poller(["convert", "-"], input)
  expect([status, stdout]).toEqual([78, ""])
  expect(stderr).toMatch(message)
})
