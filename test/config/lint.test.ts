import { expect, test } from "vitest"
import { lines, load } from "./loading.ts"

const target = "targets: [{ name: shop, url: 'https://shop.example.com/'"
const warnings = (metric: string, settings = "") =>
  lines(load(`${target}, ${settings} metrics: { ${metric} } }]`).warnings).map((line) =>
    line.replace(/^poller\.yml:\d+:\d+: (targets\[0\]\.(metrics\.)?)?/, "")
  )

const help = "help: Something."

test.each([
  [
    `poll_duration_ms: { value: a, ${help} }`,
    "poll_duration_ms: use the base unit: poll_duration_seconds with unit: ms"
  ],
  [`a_ms: { value: a, scale: 1000, ${help} }`, "a_ms: use the base unit: a_seconds with unit: ms"],
  [`a_ms: { value: a, scale: 0.001, ${help} }`, "a_ms: use the base unit: a_seconds"],
  [`a_ms: { value: a, scale: 10, ${help} }`, "a_ms: use the base unit: a_seconds with unit: ms"],
  [`disk_mb_free: { value: a, ${help} }`, "disk_mb_free: use the base unit: disk_free_bytes with unit: MB"],
  [`wait_s: { value: a, ${help} }`, "wait_s: use the base unit: wait_seconds"],
  [`age_minutes: { value: a, ${help} }`, "age_minutes: use the base unit: age_seconds with unit: min"],
  [`cache_kibibytes: { value: a, ${help} }`, "cache_kibibytes: use the base unit: cache_bytes with unit: KiB"],
  [`link_kilobits: { value: a, ${help} }`, "link_kilobits: use the base unit: link_bytes with unit: kbit"],
  [
    `link_kilobits_per_second: { value: a, ${help} }`,
    "link_kilobits_per_second: use the base unit: link_bytes_per_second with unit: kbit/s"
  ],
  [`room_fahrenheit: { value: a, ${help} }`, "room_fahrenheit: use the base unit: room_celsius with unit: °F"],
  [`cpu_percent: { value: a, ${help} }`, "cpu_percent: use the base unit: cpu_ratio with unit: percent"],
  [
    `busy_ms_total: { value: a, type: counter, ${help} }`,
    "busy_ms_total: use the base unit: busy_seconds_total with unit: ms"
  ],
  [`orders: { value: a, type: counter, ${help} }`, "orders: the name of a counter ends in _total"],
  [
    `orders_total: { value: a, ${help} }`,
    "orders_total: only counters end in _total: set type: counter, or rename it to orders"
  ],
  [
    `shop_build: { type: info, labels_from: { v: v }, ${help} }`,
    "shop_build: the name of an info metric ends in _info"
  ],
  [
    `orders_count: { value: a, ${help} }`,
    "orders_count: only the series of a histogram end in _count: rename it to orders"
  ],
  [`latency_sum: { value: a, type: untyped, ${help} }`, undefined],
  [
    `shop_gauge_depth: { value: a, ${help} }`,
    "shop_gauge_depth: a name should not contain its type: rename it to shop_depth"
  ],
  [`queueDepth: { value: a, ${help} }`, "queueDepth: use snake_case: queue_depth"],
  ["shop_up: up", "shop_up: no help: describe the metric in a few words"],
  [
    `shop_up: { value: up, labels_from: { doorName: a }, ${help} }`,
    "shop_up.labels_from.doorName: use snake_case for labels: door_name"
  ],
  [`shop_up: { value: up, ${help} }`, undefined],
  [`shop_mode: { value: up, type: stateset, states: [s, ms], ${help} }`, undefined],
  [`s_mode_ratio: { value: up, ${help} }`, undefined]
])("%s", (metric, warning) => {
  expect(warnings(metric)).toEqual(warning === undefined ? [] : [warning])
})

test("a stale_after shorter than the interval is warned about", () => {
  expect(warnings(`shop_up: { value: up, ${help} }`, "stale_after: 10s,")).toEqual([
    "stale_after: shorter than the interval: the series would expire before the next poll"
  ])
})

test("a target without metrics and a mapping without targets are warned about", () => {
  expect(
    lines(load(`mappings: { node: { metrics: { node_up: { value: up, ${help} } } } }\n${target} }]`).warnings)
  ).toEqual([
    "poller.yml:1:13: mappings.node: no target uses this mapping",
    "poller.yml:2:11: targets[0]: no metrics: every number of the response becomes a gauge, for a first look"
  ])
})

test("a login without targets is warned about", () => {
  const login = "logins: { array: { url: https://a.example.com/login } }"
  const shop = (settings: string) => `${login}\n${target}, ${settings} metrics: { shop_up: { value: up, ${help} } } }]`
  expect(lines(load(shop("")).warnings)).toEqual(["poller.yml:1:11: logins.array: no target uses this login"])
  expect(lines(load(shop("login: array,")).warnings)).toEqual([])
})

test("a help that a # cuts off is warned about, a comment after it is not", () => {
  const text = (help: string) =>
    `targets:\n  - name: shop\n    url: https://shop.example.com/\n    metrics:\n      shop_up:\n        value: up\n        help: ${help}\n`
  expect(lines(load(text("Till #1 is open.")).warnings)).toEqual([
    "poller.yml:7:15: targets[0].metrics.shop_up.help: ends before #1, since # begins a comment: put the text in quotes"
  ])
  expect(lines(load(text("Till 1 is open. # for the dashboard")).warnings)).toEqual([])
  expect(lines(load(text('"Till #1 is open."')).warnings)).toEqual([])
})

/** The warnings of a target with this mapping and these settings, without their positions. */
const mistakes = (mapping: string, settings = "") =>
  lines(load(`targets:\n  - { name: shop, url: "https://shop.example.com/", ${settings} ${mapping} }`).warnings).map(
    (line) => line.replace(/^poller\.yml:\d+:\d+: targets\[0\]\.(metrics\.)?/, "")
  )

const itself = "is the text itself: a value of the response belongs into labels_from"
const up = (map: string) => `metrics: { up: { value: state, map: { ${map} }, ${help} } }`
const depth = `metrics: { depth: { value: depth, ${help} } }`

test.each([
  [`labels: { id: $.id }, ${depth}`, `labels.id: ${itself}`],
  [`labels: { id: "{.id}" }, ${depth}`, `labels.id: ${itself}`],
  [`labels: { id: "{{ .id }}" }, ${depth}`, `labels.id: ${itself}`],
  [`labels: { id: .id }, ${depth}`, `labels.id: ${itself}`],
  [`labels: { id: "$5", host: "a.b", glob: "*" }, ${depth}`, undefined],
  [`each: [{ path: "a[*]", labels: { id: "@.id" }, ${depth} }]`, `each[0].labels.id: ${itself}`],
  [`metrics: { depth: { value: depth, labels: { id: "a[*].id" }, ${help} } }`, `depth.labels.id: ${itself}`],
  [up('OK: 1, "*": 0'), "up.map.*: is the word * itself: every other word is _"],
  [up("OK: 1, default: 0"), "up.map.default: is the word default itself: every other word is _"],
  [up("OK: 1, default: 0, _: 0"), undefined],
  [
    up('"OK.*": 1, _: 0'),
    'up.map["OK.*"]: is compared as it is: a regular expression goes into pattern, which is applied before map'
  ],
  [up('"C++": 1, "a.b": 2, "[x]": 3, _: 0'), undefined],
  [
    `each: [{ path: "a[*]", labels_from: { id: { path: id, pattern: "(.*)", replacement: "x-\\\\1" } }, ${depth} }]`,
    "each[0].labels_from.id.replacement: \\1 is text: a group is $1"
  ],
  [
    `metrics: { nodes: { value: { count: nodes }, ${help} } }`,
    "nodes.value: counts nodes itself, which is always 1: its items are nodes[*]"
  ],
  [
    `metrics: { nodes: { value: { calc: "count(nodes) - 1" }, ${help} } }`,
    "nodes.value: counts nodes itself, which is always 1: its items are nodes[*]"
  ],
  [`metrics: { nodes: { value: { count: "nodes[*]" }, ${help} } }`, undefined],
  [`metrics: { has_nodes: { value: { count: nodes }, default: 0, ${help} } }`, undefined]
])("%s: %s", (mapping, warning) => {
  expect(mistakes(mapping).map((line) => line.replace('.map["*"]', ".map.*"))).toEqual(
    warning === undefined ? [] : [warning]
  )
})

test.each([
  [`headers: { X-Key: $API_KEY },`, "headers.X-Key: is the text itself: a variable is written ${NAME}"],
  [
    `params: { from: "{{ now }}" },`,
    "params.from: is the text itself: a variable is written ${NAME}, a time {now} or {now-5m:ms}"
  ],
  [`params: { price: "$5", from: "{now}" },`, undefined],
  [`body: "{}",`, "body: is sent by GET: write method: POST, or method: GET if that is meant"],
  [`body: "{}", method: GET,`, undefined]
])("%s: %s", (settings, warning) => {
  expect(mistakes(depth, settings)).toEqual(warning === undefined ? [] : [warning])
})

const firstPage =
  "value: reads the first page only: rows run over all pages, and { constant: 1 } with duplicates: sum counts them"
const counted = (value: string) => `metrics: { nodes: { value: ${value}, ${help} } }`

test.each([
  [counted('{ count: "$.nodes[*]" }'), `nodes.${firstPage}`],
  [counted('{ calc: "sum(nodes[*].n) / 2" }'), `nodes.${firstPage}`],
  [`metrics: { nodes: [{ value: { sum: "nodes[*].n" }, ${help} }] }`, `nodes[0].${firstPage}`],
  [counted("total"), undefined],
  [counted('{ calc: "total / 2" }'), undefined],
  [`each: [{ path: "$.nodes[*]", labels_from: { id: id }, ${counted('{ count: "disks[*]" }')} }]`, undefined]
])("with pages, %s: %s", (mapping, warning) => {
  const settings = "pages: { next: $.next },"
  expect(mistakes(mapping, settings)).toEqual(warning === undefined ? [] : [warning])
  expect(mistakes(mapping)).toEqual([])
})

test("a shared mapping of a target with pages is looked at too", () => {
  const text = `mappings: { node: { ${counted('{ count: "nodes[*]" }')} } }
targets: [{ name: shop, url: "https://shop.example.com/", mapping: node, pages: { next: $.next } }]`
  expect(lines(load(text).warnings)).toEqual([`poller.yml:1:48: mappings.node.metrics.nodes.${firstPage}`])
})
