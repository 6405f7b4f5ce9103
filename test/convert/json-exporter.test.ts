import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { parseYaml } from "../../src/config/source-map.ts"
import { convertJsonExporter } from "../../src/convert/convert-json-exporter.ts"
import { formatConversion } from "../../src/convert/converted-file.ts"
import { diffExpositions } from "../../src/fixtures/exposition-diff.ts"
import { load } from "../config/loading.ts"
import { lostOf, seriesOf as seriesWithInstance } from "./converted-series.ts"

const convert = (text: string, prometheus?: string, rules: ReadonlyArray<unknown> = []) =>
  formatConversion(
    convertJsonExporter(
      Result.getOrThrow(parseYaml(text)),
      prometheus === undefined ? undefined : Result.getOrThrow(parseYaml(prometheus)),
      rules
    )
  )

/** The series of the first target of a converted configuration, without the label `instance`. */
const seriesOf = async (converted: string, response: string) =>
  (await seriesWithInstance(converted, response))
    .replace(/instance="[^"]*",?/g, "")
    .replace(/,\}/g, "}")
    .replaceAll("{}", "")

/**
 * Modules like published ones, a response, and the series that json_exporter returned for them (commit 4f61665 of July
 * 2026, built with client_golang 1.14). The first two are from its own tests.
 */
const cases: ReadonlyArray<{
  readonly name: string
  readonly metrics: string
  readonly response: string
  readonly series: string
  /** Further series that poller has where json_exporter fails. A comment in the converted file says so. */
  readonly added?: string
  readonly lost?: ReadonlyArray<string>
}> = [
  {
    name: "a value with a constant label and text around a path",
    metrics: `
    - { name: g, path: "{ .counter }", help: H., valuetype: gauge, labels: { env: beta, location: "planet-{.location}" } }`,
    response: '{"counter":1234,"location":"mars"}',
    series: '# HELP g H.\n# TYPE g gauge\ng{env="beta",location="planet-mars"} 1234\n'
  },
  {
    name: "objects with a filter, and constant values",
    metrics: `
    - name: v
      type: object
      help: H.
      path: '{.values[?(@.state == "ACTIVE")]}'
      valuetype: counter
      labels: { id: "{.id}" }
      values: { active: 1, count: "{.count}", boolean: "{.b}" }`,
    response: '{"values":[{"id":"A","count":1,"b":true,"state":"ACTIVE"},{"id":"B","count":2,"b":true,"state":"X"}]}',
    series: `# HELP v_active H.\n# TYPE v_active counter\nv_active{id="A"} 1
# HELP v_boolean H.\n# TYPE v_boolean counter\nv_boolean{id="A"} 1
# HELP v_count H.\n# TYPE v_count counter\nv_count{id="A"} 1\n`
  },
  {
    name: "no type and no help",
    metrics: '\n    - { name: temperature, path: "{.main.temp}" }',
    response: '{"main":{"temp":-3.5}}',
    series: "# HELP temperature temperature\n# TYPE temperature untyped\ntemperature -3.5\n"
  },
  {
    name: "a number in a string",
    metrics: '\n    - { name: price, path: "{.data.amount}", help: H., valuetype: gauge }',
    response: '{"data":{"amount":"27123.45"}}',
    series: "# HELP price H.\n# TYPE price gauge\nprice 27123.45\n"
  },
  {
    name: "a boolean",
    metrics: '\n    - { name: ready, path: "{.ready}", help: H., valuetype: gauge }',
    response: '{"ready":false}',
    series: "# HELP ready H.\n# TYPE ready gauge\nready 0\n"
  },
  {
    name: "a missing key that may be missing",
    metrics: '\n    - { name: m, path: "{ .none }", allow_missing_key: true, help: H. }',
    response: "{}",
    series: ""
  },
  {
    name: "a missing key",
    metrics: '\n    - { name: m, path: "{ .none }", help: H. }\n    - { name: n, path: "{ .n }", help: H. }',
    response: '{"n":1}',
    series: "# HELP n H.\n# TYPE n untyped\nn 1\n"
  },
  {
    name: "the rows of a list at the top",
    metrics: `
    - { name: animal, type: object, help: H., path: "{ [*] }", labels: { name: "{ .noun }", predator: "{ .predator }" }, values: { population: "{ .population }" } }`,
    response: '[{"noun":"lion","population":123,"predator":true},{"noun":"deer","population":456,"predator":false}]',
    series:
      '# HELP animal_population H.\n# TYPE animal_population untyped\nanimal_population{name="lion",predator="true"} 123\nanimal_population{name="deer",predator="false"} 456\n'
  },
  {
    name: "an element by its position",
    metrics:
      '\n    - { name: first, path: "{.list[0].v}", help: H. }\n    - { name: last, path: "{.list[-1].v}", help: H. }',
    response: '{"list":[{"v":1},{"v":2},{"v":3}]}',
    series: "# HELP first H.\n# TYPE first untyped\nfirst 1\n# HELP last H.\n# TYPE last untyped\nlast 3\n"
  },
  {
    name: "keys with dots, dashes and blanks",
    metrics: `
    - { name: a, path: "{.labels.app\\\\.io/name}", help: H. }
    - { name: b, path: "{.with-dash}", help: H. }
    - { name: c, path: "{['with blank']}", help: H. }`,
    response: '{"labels":{"app.io/name":1},"with-dash":2,"with blank":3}',
    series: "# HELP a H.\n# TYPE a untyped\na 1\n# HELP b H.\n# TYPE b untyped\nb 2\n",
    added: "# HELP c H.\n# TYPE c untyped\nc 3\n"
  },
  {
    name: "several results, which are no number",
    metrics: '\n    - { name: all, path: "{.list[*].v}", help: H. }\n    - { name: n, path: "{.n}", help: H. }',
    response: '{"n":1,"list":[{"v":1},{"v":2}]}',
    series: "# HELP n H.\n# TYPE n untyped\nn 1\n"
  },
  {
    name: "a filter that finds one",
    metrics: `
    - { name: cpu, path: "{.sensors[?(@.name=='cpu')].value}", help: H., valuetype: gauge }`,
    response: '{"sensors":[{"name":"cpu","value":55},{"name":"gpu","value":60}]}',
    series: "# HELP cpu H.\n# TYPE cpu gauge\ncpu 55\n"
  },
  {
    name: "a filter by number",
    metrics: `
    - { name: big, type: object, help: H., path: "{.disks[?(@.size > 10)]}", labels: { dev: "{.dev}" }, values: { size: "{.size}" } }`,
    response: '{"disks":[{"dev":"a","size":5},{"dev":"b","size":50}]}',
    series: "",
    added: '# HELP big_size H.\n# TYPE big_size untyped\nbig_size{dev="b"} 50\n'
  },
  {
    name: "a slice",
    metrics: `
    - { name: s, type: object, help: H., path: "{.list[0:2]}", labels: { id: "{.id}" }, values: { v: "{.v}" } }`,
    response: '{"list":[{"id":1,"v":1},{"id":2,"v":2},{"id":3,"v":3}]}',
    series: '# HELP s_v H.\n# TYPE s_v untyped\ns_v{id="1"} 1\ns_v{id="2"} 2\n'
  },
  {
    name: "one object as a row",
    metrics: `
    - { name: o, type: object, help: H., path: "{.status}", labels: { state: "{.state}" }, values: { up: "{.up}", code: "{.code}" } }`,
    response: '{"status":{"state":"ok","up":true,"code":200}}',
    series:
      '# HELP o_code H.\n# TYPE o_code untyped\no_code{state="ok"} 200\n# HELP o_up H.\n# TYPE o_up untyped\no_up{state="ok"} 1\n'
  },
  {
    name: "one metric from two paths",
    metrics: `
    - { name: bytes, path: "{.rx}", help: H., valuetype: counter, labels: { direction: in } }
    - { name: bytes, path: "{.tx}", help: H., valuetype: counter, labels: { direction: out } }`,
    response: '{"rx":1,"tx":2}',
    series: '# HELP bytes H.\n# TYPE bytes counter\nbytes{direction="in"} 1\nbytes{direction="out"} 2\n'
  },
  {
    name: "values of nested objects in rows",
    metrics: `
    - { name: node, type: object, help: H., path: "{.nodes[*]}", labels: { name: "{.meta.name}" }, values: { cpu: "{.usage.cpu}", mem: "{.usage['mem used']}" } }`,
    response: '{"nodes":[{"meta":{"name":"a"},"usage":{"cpu":0.5,"mem used":10}}]}',
    series: '# HELP node_cpu H.\n# TYPE node_cpu untyped\nnode_cpu{name="a"} 0.5\n',
    added: '# HELP node_mem H.\n# TYPE node_mem untyped\nnode_mem{name="a"} 10\n'
  },
  {
    name: "all members of an object",
    metrics: `
    - { name: core, type: object, help: H., path: "{.cores.*}", labels: { id: "{.id}" }, values: { load: "{.load}" } }`,
    response: '{"cores":{"x":{"id":"0","load":1},"y":{"id":"1","load":2}}}',
    series: '# HELP core_load H.\n# TYPE core_load untyped\ncore_load{id="0"} 1\ncore_load{id="1"} 2\n'
  },
  {
    name: "a key at any depth",
    metrics: '\n    - { name: uptime, path: "{..uptime}", help: H. }',
    response: '{"a":{"b":{"uptime":99}}}',
    series: "# HELP uptime H.\n# TYPE uptime untyped\nuptime 99\n"
  },
  {
    name: "a timestamp, which is lost",
    metrics: '\n    - { name: t, path: "{.v}", help: H., epochTimestamp: "{.ts}" }',
    response: '{"v":1,"ts":1657568506000}',
    series: "# HELP t H.\n# TYPE t untyped\nt 1\n",
    lost: ["epochTimestamp of t: poller exposes no time stamps (line 4)"]
  },
  {
    name: "a loop and two paths in one label, which are lost",
    metrics: `
    - { name: a, path: "{range .items[*]}{.v}{end}", help: H. }
    - { name: b, path: "{.v}", help: H., labels: { both: "{.x}-{.y}", one: "{.x}" } }`,
    response: '{"v":1,"x":"p","y":"q","items":[]}',
    series: '# HELP b H.\n# TYPE b untyped\nb{one="p"} 1\n',
    lost: [
      "{range .items[*]} in {range .items[*]}{.v}{end} (line 4)",
      "label both: several paths in {.x}-{.y} (line 5)"
    ]
  }
]

describe("a converted module has the series of json_exporter", () => {
  test.each(cases)("$name", async ({ metrics, response, series, added = "", lost = [] }) => {
    const converted = convert(`modules:\n  default:\n    metrics:${metrics}\n`)
    expect(lostOf(converted)).toEqual(lost)
    expect(converted.includes("# new: ")).toBe(added !== "")
    expect(diffExpositions(series + added, await seriesOf(converted, response))).toEqual([])
  })

  test("there are at least twenty cases", () => expect(cases.length).toBeGreaterThanOrEqual(20))
})

test("a module of which nothing is left becomes a comment, since a target without metrics has a series for every number", () => {
  const modules =
    "modules:\n  a:\n    metrics: [{ name: m, path: .n }]\n  b:\n    metrics: [{ name: m, path: '{.n}' }]\n"
  expect(convert(modules)).toContain(`
# lost: the module a, of which nothing could be carried over
#   lost: the value .n (line 3)

targets:
  - name: b
`)
  const job = (module: string) => ({
    job_name: module,
    metrics_path: "/probe",
    params: { module: [module] },
    static_configs: [{ targets: [`http://${module}.example.com/`] }],
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { target_label: "__address__", replacement: "exporter:7979" }
    ]
  })
  const converted = convert(modules, JSON.stringify({ scrape_configs: [job("a"), job("b")] }))
  expect(load(converted).problems).toEqual([])
  expect(load(converted).targets.map(({ name }) => name)).toEqual(["example"])
})

test("the request settings of a module become settings of its target, and a secret stays out of the file", () => {
  const converted = convert(`modules:
  shop:
    headers: { X-Token: abc }
    metrics: [{ name: a, path: "{.a}" }]
    body: { content: '{"x":"{{ .y }}"}', templatize: true }
    valid_status_codes: [200, 404]
    http_client_config:
      basic_auth: { username: u, password: hunter2 }
      tls_config: { insecure_skip_verify: true, ca_file: /ca.pem, min_version: TLS12 }
      proxy_url: http://proxy:3128
      follow_redirects: false
      proxy_connect_header: { a: [b] }
`)
  expect(converted).not.toContain("hunter2")
  const { targets, problems } = load(converted)
  expect(problems).toEqual([])
  expect(targets[0]?.request).toMatchObject({ method: "POST" })
  expect(converted).toMatch(/^ {4}auth: \{ basic: \{ username: u, password_file: shop-password \} \}$/m)
  expect(converted).toMatch(/^ {4}tls: \{ insecure_skip_verify: true, ca_file: \/ca\.pem \}$/m)
  expect(converted).toMatch(/^ {4}accept_status:/m)
  expect(converted).toMatch(/^ {4}proxy: http:\/\/proxy:3128$/m)
  expect(converted).toMatch(/^ {4}follow_redirects: false$/m)
  expect(lostOf(converted)).toEqual([
    "the secret of basic_auth.password: write it into the file shop-password (line 8)",
    "tls_config.min_version (line 9)",
    "http_client_config.proxy_connect_header (line 12)",
    "body.templatize: the body is sent as it stands here (line 5)"
  ])
})

describe("with the configuration of Prometheus", () => {
  const modules =
    "modules: { default: { metrics: [{ name: a, path: '{.a}' }] }, other: { metrics: [{ name: b, path: '{.b}' }] } }\n"
  const prometheus = `global: { scrape_interval: 20s }
scrape_configs:
  - job_name: node
    static_configs: [{ targets: ["n:9100"] }]
  - job_name: json
    metrics_path: /probe
    scrape_interval: 1m
    scrape_timeout: 15s
    params: { module: [default] }
    static_configs:
      - targets: ["http://a.example.com/x", "http://b.example.com/x"]
        labels: { site: ams1 }
      - targets: ["http://skip.example.com/x"]
    relabel_configs:
      - { source_labels: [__address__], regex: "http://skip.*", action: drop }
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], regex: "https?://([^.]+)[.].*", target_label: host, replacement: "h-$1" }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "exporter:7979" }
  - job_name: more
    metrics_path: /probe
    params: { module: [other], tenant: [t1] }
    file_sd_configs: [{ files: [x.yml] }]
    static_configs: [{ targets: ["http://a.example.com/x"] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { target_label: __address__, replacement: "exporter:7979" }
`
  const rules = {
    groups: [
      {
        rules: [
          { expr: 'up{job="json"} == 0' },
          { expr: 'up{job="node"} == 0' },
          { record: "x", expr: 'sum(up{env="p", job="more"})' }
        ]
      }
    ]
  }
  const converted = convert(modules, prometheus, [rules])

  test("the targets have the URLs, modules, intervals and labels of the scrape configuration", () => {
    const { targets, problems } = load(converted)
    expect(problems).toEqual([])
    expect(targets.map(({ name, request }) => [name, request.url.href])).toEqual([
      ["example-x", "http://a.example.com/x"],
      ["example-x-2", "http://b.example.com/x"],
      ["example-x-3", "http://a.example.com/x"]
    ])
    expect(converted).toContain(`  - name: example-x
    url: http://a.example.com/x
    interval: 1m
    timeout: 15s
    labels: { instance: http://a.example.com/x, site: ams1, job: json, host: h-a }
    mapping: default
`)
    expect(converted).toContain(`    interval: 20s
    timeout: 10s
    labels: { instance: exporter:7979, job: more }
    mapping: other
`)
  })

  test("comments list what is lost, the new job and the expressions that change", () => {
    expect(lostOf(converted)).toEqual([
      "job more: file_sd_configs (line 23 of Prometheus' file)",
      "job more: the parameter tenant (line 22 of Prometheus' file)"
    ])
    expect(converted).toContain("#     - job_name: poller\n#       honor_labels: true\n")
    expect(converted).toContain(
      '#   up{job="json"} == 0\n#     becomes poll_up{target=~"example-x|example-x-2"} == 0\n#   sum(up{env="p", job="more"})\n#     becomes sum(poll_up{target=~"example-x-3"})\n'
    )
    expect(converted).not.toContain('up{job="node"}')
  })
})

test("a file of json_exporter before 0.5 is one module, and before 0.3 its paths have no braces", async () => {
  const old = `
headers: { X-Api: "1" }
metrics:
- name: total
  path: $.total
  labels: { site: $.site }
- name: item
  type: object
  path: $.items[*]
  labels: { id: $.id, env: beta }
  values: { count: $.count, active: 1 }
`
  const converted = convert(old)
  expect(lostOf(converted)).toEqual([])
  expect(converted).toContain('headers: { X-Api: "1" }')
  expect(
    (await seriesOf(converted, '{"total": 5, "site": "ams", "items": [{"id": "a", "count": 2}]}')).split("\n")
  ).toEqual(
    expect.arrayContaining([
      'total{site="ams"} 5',
      'item_count{env="beta",id="a"} 2',
      'item_active{env="beta",id="a"} 1'
    ])
  )
})
