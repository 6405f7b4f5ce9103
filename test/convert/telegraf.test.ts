import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { convertTelegraf } from "../../src/convert/convert-telegraf.ts"
import { formatConversion } from "../../src/convert/converted-file.ts"
import { convertGjson } from "../../src/convert/gjson-path.ts"
import { convertXpath } from "../../src/convert/xpath.ts"
import { diffExpositions } from "../../src/fixtures/exposition-diff.ts"
import { load } from "../config/loading.ts"
import { lostOf, seriesOf } from "./converted-series.ts"

const convert = (text: string) => formatConversion(Result.getOrThrow(convertTelegraf(text)))

/** Series in the form of Telegraf's prometheus_client (metric_version = 1), derived from its documentation. */
const exposition = (...samples: ReadonlyArray<string>) => {
  const names = [...new Set(samples.map((sample) => sample.replace(/[{ ].*/, "")))]
  return names
    .map((name) => {
      const own = samples.filter((sample) => sample.replace(/[{ ].*/, "") === name)
      return `# HELP ${name} Telegraf collected metric\n# TYPE ${name} untyped\n${own.join("\n")}\n`
    })
    .join("")
}

const input = (rest: string) => `[[inputs.http]]\n  urls = ["http://x.example.com/y"]\n${rest}`

test("json_v2: fields, tags and objects", async () => {
  const converted = convert(
    input(`  data_format = "json_v2"
  [[inputs.http.json_v2]]
    measurement_name = "shop"
    [[inputs.http.json_v2.field]]
      path = "queue.depth"
      rename = "queue-depth"
      type = "int"
    [[inputs.http.json_v2.field]]
      path = "nodes.#"
      rename = "nodes"
    [[inputs.http.json_v2.field]]
      path = "mode"
      type = "string"
    [[inputs.http.json_v2.tag]]
      path = "version"
    [[inputs.http.json_v2.object]]
      path = "nodes"
      tags = ["id"]
      included_keys = ["id", "load", "mem"]
      [inputs.http.json_v2.object.renames]
        mem = "memory_bytes"
`)
  )
  expect(lostOf(converted)).toEqual([])
  const response =
    '{"version":"1.2","mode":"rw","queue":{"depth":3},"nodes":[{"id":"a","load":1,"mem":5},{"id":"b","load":2}]}'
  const url = 'url="http://x.example.com/y"'
  expect(
    diffExpositions(
      exposition(
        `shop_queue_depth{${url},version="1.2",mode="rw"} 3`,
        `shop_nodes{${url},version="1.2",mode="rw"} 2`,
        `shop_load{${url},id="a"} 1`,
        `shop_load{${url},id="b"} 2`,
        `shop_memory_bytes{${url},id="a"} 5`
      ),
      await seriesOf(converted, response)
    )
  ).toEqual([])
})

test("xpath_json with plain paths", async () => {
  const converted = convert(
    input(`  data_format = "xpath_json"
  name_override = "unused"
  [inputs.http.tags]
    site = "ams1"
  [[inputs.http.xpath]]
    metric_name = "'dev'"
    metric_selection = "devices/*"
    [inputs.http.xpath.tags]
      name = "name"
      dc = "/dc"
    [inputs.http.xpath.fields]
      temp = "number(sensor/temp)"
      odd = "sum(x)"
    [inputs.http.xpath.fields_int]
      value = "n"
`)
  )
  expect(lostOf(converted)).toEqual(["field odd: sum(x) (line 15)"])
  const labels = 'url="http://x.example.com/y",site="ams1",name="a",dc="d1"'
  expect(
    diffExpositions(
      exposition(`dev_temp{${labels}} 20.5`, `dev{${labels}} 7`),
      await seriesOf(converted, '{"dc":"d1","devices":[{"name":"a","sensor":{"temp":20.5},"n":7}]}')
    )
  ).toEqual([])
})

test("the request settings of an input become settings of its targets, and a secret stays out of the file", () => {
  const converted = convert(`[agent]
  interval = "20s"
[global_tags]
  dc = "ams1"
[[inputs.cpu]]
[[inputs.http]]
  urls = ["http://a.example.com/x", "http://b.example.com/x"]
  method = "POST"
  body = '{"q":1}'
  username = "u"
  password = "hunter2"
  timeout = "3s"
  insecure_skip_verify = true
  success_status_codes = [200, 201]
  cookie_auth_url = "http://x/login"
  data_format = "json"
`)
  expect(converted).not.toContain("hunter2")
  const { targets, problems } = load(converted)
  expect(problems).toEqual([])
  expect(targets.map(({ name, request }) => [name, request.method, request.url.href])).toEqual([
    ["example-x", "POST", "http://a.example.com/x"],
    ["example-x-2", "POST", "http://b.example.com/x"]
  ])
  expect(converted).toContain("    interval: 20s\n    timeout: 3s\n")
  expect(converted).toContain("    labels: { dc: ams1, url: http://b.example.com/x }\n")
  const ofTarget = [
    "the password: write it into the file example-x-password (line 11)",
    "cookie_auth_url (line 15)",
    "the names: data_format json makes http_KEYS of every number of the response, a target without metrics upstream_KEYS; poller init drafts metrics from a response (line 16)"
  ]
  expect(lostOf(converted)).toEqual(["inputs.cpu (line 5)", ...ofTarget, ...ofTarget])
})

test("a URL of which nothing is left becomes a comment, since a target without metrics has a series for every number", () => {
  const input = (host: string, format: string) =>
    `[[inputs.http]]\n  urls = ["http://${host}.example.com/"]\n  data_format = "${format}"\n`
  const converted = convert(input("a", "csv") + input("b", "json"))
  expect(converted).toContain(
    "# lost: the URL http://a.example.com/, of which nothing could be carried over\n#   lost: data_format csv (line 3)\n"
  )
  expect(load(converted).targets.map(({ request }) => request.url.href)).toEqual(["http://b.example.com/"])
})

test.each([
  ["not TOML", "[[inputs.http]]\nurls = [", /^Invalid TOML document: unfinished array$/],
  ["without inputs.http", "[[inputs.cpu]]\n", /^there is no \[\[inputs\.http\]\]$/]
])("%s is an error", (_, text, message) => {
  const result = convertTelegraf(text)
  expect(Result.isFailure(result) && result.failure).toMatch(message)
})

/** An input with one parser. */
const withParser = (format: string, parser: string) =>
  `[[inputs.http]]\n  urls = ["http://a.example.com/"]\n  data_format = "${format}"\n${parser}`

test("a query that finds one item has its value; several are a problem, since GJSON would take the first unseen", async () => {
  const field = (path: string) =>
    withParser("json_v2", `[[inputs.http.json_v2]]\n[[inputs.http.json_v2.field]]\npath = ${JSON.stringify(path)}\n`)
  const converted = convert(field('items.#(id=="a").v'))
  expect(lostOf(converted)).toEqual([])
  expect(await seriesOf(converted, '{"items": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]}')).toContain("http_v{")
  expect(await seriesOf(converted, '{"items": [{"id": "a", "v": 1}, {"id": "a", "v": 2}]}')).not.toContain("http_v{")
  // a wildcard before it finds several
  expect(convert(field('all.#.items.#(id=="a").v'))).toContain("several results without a tag")
})

test("an object that may be a list has a comment, and no optional, which would hide that it is a list", async () => {
  const converted = convert(
    withParser(
      "json_v2",
      `[[inputs.http.json_v2]]\n[[inputs.http.json_v2.object]]\npath = "emeters"\nincluded_keys = ["power", "power_factor"]\n`
    )
  )
  expect(converted).toContain(
    "# check: if emeters is a list, write emeters[*] and a label that tells its items apart (line 6)"
  )
  expect(converted).toContain(
    "# check: a _ in power_factor may part a key from one within it: then write a dot (line 6)"
  )
  expect(await seriesOf(converted, '{"emeters": {"power": 1, "power_factor": 0.5}}')).toContain("http_power_factor{")
  expect(converted).not.toContain("optional")
})

test("rows without metrics are not written, since they could not be loaded", () => {
  const empty = convert(
    withParser(
      "json_v2",
      `[[inputs.http.json_v2]]\n[[inputs.http.json_v2.object]]\npath = "data.result"\n[[inputs.http.json_v2.object.field]]\npath = "#.value.1"\n`
    )
  )
  expect(empty).toContain("lost: field #.value.1: several results without a tag that tells them apart (line 8)")
  const selection = convert(
    withParser("xpath_json", `[[inputs.http.xpath]]\nmetric_selection = "//a"\nfield_selection = "b/*"\n`)
  )
  expect(selection).toContain("lost: field_selection b/* (line 6)")
  for (const converted of [empty, selection]) expect(load(converted).problems).toEqual([])
})

test("a literal of XPath is a constant label", async () => {
  const converted = convert(
    withParser(
      "xpath_json",
      `[[inputs.http.xpath]]\nmetric_name = "'errors'"\n[inputs.http.xpath.fields_int]\ncount = "/total"\n[inputs.http.xpath.tags]\nname = "'total'"\n`
    )
  )
  expect(lostOf(converted)).toEqual([])
  expect(await seriesOf(converted, '{"total": 3}')).toContain('errors_count{name="total"')
})

test("processors and aggregators are listed as lost, each with its line", () => {
  const text = `${withParser("json_v2", `[[inputs.http.json_v2]]\n[[inputs.http.json_v2.field]]\npath = "status"\ntype = "string"\n`)}
[[processors.enum]]
  [[processors.enum.mapping]]
    field = "status"
[[aggregators.minmax]]
[[outputs.prometheus_client]]
`
  expect(convert(text)).toContain("#   lost: status: texts without a number; write map to make one of them (line 6)\n")
  expect(lostOf(convert(text))).toEqual([
    "the URL http://a.example.com/, of which nothing could be carried over",
    "processors.enum, which changes the series (line 9)",
    "aggregators.minmax, which changes the series (line 12)"
  ])
})

describe("GJSON paths", () => {
  test.each([
    ["a.b", "a.b"],
    ["a.0.b", "a[0].b"],
    ["list.#.name", "list[*].name"],
    ["list.#", "list[*]"],
    ['list.#(state=="UP")#.n', "list[?@['state'] == 'UP'].n"],
    ['list.#(state=="UP").n', "list[?@['state'] == 'UP'].n"],
    ["a\\.b.c", "['a.b'].c"],
    ["@this", "@"],
    ["#.x", "@[*].x"]
  ])("%s is %s", (given, path) => expect(convertGjson(given)).toMatchObject(Result.succeed({ path })))

  test.each(["@pretty", "list.#(a%1)", "a.b*"])("%s cannot be converted", (given) =>
    expect(Result.isFailure(convertGjson(given))).toBe(true)
  )
})

describe("plain XPath paths", () => {
  test.each([
    ["number(a/b)", "a.b"],
    ["/items/*", "$.items[*]"],
    ["items/element", "items[*]"],
    ["child::a", "a"],
    ["a-b/c", "['a-b'].c"],
    ["//a/*", "$..a[*]"],
    ["a//b-c", "a..['b-c']"],
    [".", "@"]
  ])("%s is %s", (given, path) => expect(convertXpath(given)).toEqual(Result.succeed(path)))

  test.each(["///a", "a[1]", "sum(a)", "../a"])("%s cannot be converted", (given) =>
    expect(Result.isFailure(convertXpath(given))).toBe(true)
  )
})
