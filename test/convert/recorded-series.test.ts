import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { parseYaml } from "../../src/config/source-map.ts"
import { convertJsonExporter } from "../../src/convert/convert-json-exporter.ts"
import { formatConversion } from "../../src/convert/converted-file.ts"
import { seriesOf } from "./converted-series.ts"

const response = {
  n: 5,
  f: 2.5,
  id: 1234567,
  big: 12345678901,
  small: 0.00001,
  t: true,
  s: "x y",
  nul: null,
  obj: { a: 1, b: 2 },
  list: [
    { k: "a", v: 1, on: true, w: 1.5, c: { d: 7 } },
    { k: "b", v: 2, on: false, w: 2.5, c: { d: 8 } },
    { k: "c", v: 3, on: true, w: 3, c: { d: 9 } }
  ],
  m: { x: { v: 1, l: "p" }, y: { v: 2, l: "q" } },
  nums: [1, 2, 3],
  "q'x": 4,
  str: "3.5",
  tru: "true",
  emp: "",
  neg: -7,
  deep: { a: { b: { c: [{ z: 1 }, { z: 2 }] } } }
}

interface Recorded {
  readonly path: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value?: string
  readonly samples: ReadonlyArray<string>
}

/**
 * Samples for this response, recorded from json_exporter (commit 4f61665 of July 2026, built with client_golang 1.14):
 * https://github.com/prometheus-community/json_exporter
 */
const values: ReadonlyArray<Recorded> = [
  { path: "{.str}", samples: ["m 3.5"] },
  { path: "{$.n}", samples: ["m 5"] },
  { path: "{@.n}", samples: ["m 5"] },
  { path: "{  .n  }", samples: ["m 5"] },
  { path: "{.list[1].v}", samples: ["m 2"] },
  { path: "{.list[-1].v}", samples: ["m 3"] },
  { path: "{.list[0:1].v}", samples: ["m 1"] },
  { path: "{.obj['a','b']}", samples: [] },
  { path: "{.obj['a']}", samples: ["m 1"] },
  { path: "{..d}", samples: [] },
  { path: "{..neg}", samples: ["m -7"] },
  { path: "{..['neg']}", samples: ["m -7"] },
  { path: "7", samples: ["m 7"] },
  { path: "{.n}", labels: { id: "{'lit'}" }, samples: ['m{id="lit"} 5'] },
  { path: "{.n}", labels: { id: "a-{.s}-b" }, samples: ['m{id="a-x y-b"} 5'] },
  { path: "{.n}", labels: { id: "$1-{.s}" }, samples: ['m{id="$1-x y"} 5'] },
  { path: "{.n}", labels: { id: "{.s}2" }, samples: ['m{id="x y2"} 5'] },
  { path: "{.obj\\.a}", samples: [] },
  { path: "{['q\\'x']}", samples: [] },
  { path: '{["n"]}', samples: [] },
  { path: "{.nums[7]}", samples: [] },
  { path: "{.n}", labels: { a: "1", b: "true" }, samples: ['m{a="1",b="true"} 5'] },
  { path: "{.a-b}", samples: [] }
]

/** The same with `type: object`. The default label is `k: "{.k}"`, the default value `v: "{.v}"`. */
const objects: ReadonlyArray<Recorded> = [
  { path: "{.list[?(@.v == 2)]}", samples: [] },
  { path: "{.list[?(@.v != 2)]}", samples: [] },
  { path: "{.list[?(@.v < 2)]}", samples: [] },
  { path: "{.list[?(@.v < 2.5)]}", samples: ['m_v{k="a"} 1', 'm_v{k="b"} 2'] },
  { path: "{.list[?(@.w == 2.5)]}", samples: ['m_v{k="b"} 2'] },
  { path: "{.list[?(@.v >= 2.0)]}", samples: ['m_v{k="b"} 2', 'm_v{k="c"} 3'] },
  { path: "{.list[?(@.on == true)]}", samples: ['m_v{k="a"} 1', 'm_v{k="c"} 3'] },
  { path: "{.list[?(@.on != true)]}", samples: ['m_v{k="b"} 2'] },
  { path: "{.list[?(@.on)]}", samples: ['m_v{k="a"} 1', 'm_v{k="b"} 2', 'm_v{k="c"} 3'] },
  { path: "{.list[?(@.zz)]}", samples: [] },
  { path: "{.list[?(@.k=='b')]}", samples: ['m_v{k="b"} 2'] },
  { path: '{.list[?(@.on=="true")]}', samples: [] },
  { path: "{.list[?(@.c.d>7.5)]}", value: "{.c.d}", samples: ['m_v{k="b"} 8', 'm_v{k="c"} 9'] },
  { path: "{.list[?(@.v == @.c.d)]}", samples: [] },
  { path: "{.list[0:2]}", samples: ['m_v{k="a"} 1', 'm_v{k="b"} 2'] },
  { path: "{.list[0:3:2]}", samples: ['m_v{k="a"} 1', 'm_v{k="c"} 3'] },
  { path: "{.list[-2:]}", samples: ['m_v{k="b"} 2', 'm_v{k="c"} 3'] },
  { path: "{.list[0,2]}", samples: ['m_v{k="a"} 1', 'm_v{k="c"} 3'] },
  { path: "{.m.*}", labels: { l: "{.l}" }, samples: ['m_v{l="p"} 1', 'm_v{l="q"} 2'] },
  { path: "{.list}", samples: [] },
  { path: "{.obj}", value: "{.a}", samples: ["m_v 1"] },
  { path: "{.list[*]}", labels: { k: "{$.k}" }, samples: ['m_v{k="a"} 1', 'm_v{k="b"} 2', 'm_v{k="c"} 3'] },
  { path: "{.list[*]}", value: "{.zz}", samples: [] },
  { path: "{.list[*]}", value: "{.on}", samples: ['m_v{k="a"} 1', 'm_v{k="b"} 0', 'm_v{k="c"} 1'] },
  { path: "{.nums[0:1]}", value: "{@}", samples: ["m_v 1"] },
  { path: "{.zz[*]}", samples: [] }
]

const convert = (metric: object) =>
  formatConversion(
    convertJsonExporter(
      Result.getOrThrow(parseYaml(JSON.stringify({ modules: { m: { metrics: [metric] } } }))),
      undefined,
      []
    )
  )

/** The samples that poller has for a module, and whether the file says that json_exporter finds nothing. */
const samplesOf = async (metric: object) => {
  const converted = convert({ name: "m", help: "H.", ...metric })
  const page = await seriesOf(converted, JSON.stringify(response))
  const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  return {
    isNew: converted.includes("# new: json_exporter finds nothing by"),
    samples: samples.map(withoutInstance).sort()
  }
}

const withoutInstance = (sample: string) => sample.replace(/,?instance="[^"]*",?/, "").replace("{}", "")

test.each(values)("$path, labels $labels", async ({ path, labels, samples }) => {
  const found = await samplesOf({ path, ...(labels !== undefined && { labels }) })
  expect(found.isNew ? [] : found.samples).toEqual(samples)
})

test.each(objects)("objects of $path, labels $labels, value $value", async ({ path, labels, value, samples }) => {
  const found = await samplesOf({
    path,
    type: "object",
    labels: labels ?? { k: "{.k}" },
    values: { v: value ?? "{.v}" }
  })
  expect(found.isNew ? [] : found.samples).toEqual(samples)
})
