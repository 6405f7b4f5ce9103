import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Json } from "../../src/mapping/document/json.ts"
import { flatten } from "../../src/mapping/flatten.ts"
import { snakeCase } from "../../src/mapping/snake-case.ts"
import { collect } from "./collect.ts"
import { withKeysReversed } from "./random-document.ts"

const of = (root: Json) => collect((samples) => flatten({ root, spelling: () => undefined }, samples))

/** `name{labels} value` of every sample. */
const lines = (root: Json) =>
  of(root).samples.map(({ family, labels, value }) => {
    const text = labels.map(([name, value]) => `${name}="${value}"`).join(",")
    return `${family.name}${text === "" ? "" : `{${text}}`} ${value}`
  })

describe("the name comes from the path of the value", () => {
  test.each<[Json, ReadonlyArray<string>]>([
    [{ depth: 7 }, ["upstream_depth 7"]],
    [
      { queue: { depth: 7, paused: false, open: true } },
      ["upstream_queue_depth 7", "upstream_queue_open 1", "upstream_queue_paused 0"]
    ],
    [
      { uptimeMs: 5, "HTTP-Status": 200, "2xx": 1 },
      ["upstream_2xx 1", "upstream_http_status 200", "upstream_uptime_ms 5"]
    ],
    [{ nodes: [{ cpu: 1 }, { cpu: 2 }] }, ['upstream_nodes_cpu{index="0"} 1', 'upstream_nodes_cpu{index="1"} 2']],
    [
      { m: [[1], [2, 3]] },
      [
        'upstream_m{index="0",index_2="0"} 1',
        'upstream_m{index="1",index_2="0"} 2',
        'upstream_m{index="1",index_2="1"} 3'
      ]
    ],
    [5, ["upstream 5"]],
    [true, ["upstream 1"]],
    [{ "": 1 }, ["upstream 1"]],
    [{ name: "orders", nothing: null, list: [], map: {} }, []],
    [JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}'), ["upstream_proto_x 1", "upstream_constructor 2"]]
  ])("%j", (document, expected) => {
    expect(lines(document)).toEqual(expected)
  })

  test("the help names the path", () => {
    const [sample] = of({ nodes: [{ "odd key": 1 }] }).samples
    expect(sample?.family).toEqual({
      name: "upstream_nodes_odd_key",
      type: "gauge",
      help: '$.nodes[*]["odd key"] of the response to the last good poll.'
    })
  })

  test.each([
    ["uptimeMs", "uptime_ms"],
    ["HTTPStatus", "http_status"],
    ["already_snake", "already_snake"],
    ["p99.9 (ms)", "p99_9_ms"],
    ["2xx", "2xx"],
    ["öäü", ""]
  ])("%s is %j in snake_case", (key, word) => {
    expect(snakeCase(key)).toBe(word)
  })
})

/** Counts the numbers and booleans. */
const countValues = (value: Json): number => {
  if (typeof value === "number" || typeof value === "boolean") return 1
  if (value === null || typeof value === "string") return 0
  return Object.values(value).reduce((sum: number, item: Json) => sum + countValues(item), 0)
}

const document = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)))

describe("for any document", () => {
  test("each number and boolean is a sample, or counted as dropped", () => {
    fc.assert(
      fc.property(document, (root) => {
        const { samples, dropped } = of(root)
        const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
        expect(samples.length + lost).toBe(countValues(root))
      })
    )
  })

  test("names are legal, series are unique, values are finite", () => {
    fc.assert(
      fc.property(document, (root) => {
        const all = lines(root)
        expect(new Set(all.map((line) => line.slice(0, line.lastIndexOf(" ")))).size).toBe(all.length)
        for (const { family, value } of of(root).samples) {
          expect(family.name).toMatch(/^upstream(_[a-z0-9]+)*$/)
          expect(Number.isFinite(value)).toBe(true)
        }
      })
    )
  })

  test("the order of keys changes nothing", () => {
    fc.assert(
      fc.property(document, (root) => {
        expect(of(withKeysReversed(root))).toEqual(of(root))
      })
    )
  })

  test("a key that is removed from it is removed from the series", () => {
    fc.assert(
      fc.property(document, document, (stays, goes) => {
        const before = new Set(lines({ stays, goes }))
        const after = lines({ stays })
        expect(after.every((line) => before.has(line))).toBe(true)
        expect(after.filter((line) => line.startsWith("upstream_goes"))).toEqual([])
      })
    )
  })
})

test("a number that no double holds is dropped", () => {
  expect(of(JSON.parse('{"a": 1e400, "b": 1}'))).toMatchObject({
    samples: [{ value: 1 }],
    dropped: { not_a_number: 1 }
  })
})

test("of two keys with the same name in snake_case, the order in the document does not decide which is kept", () => {
  expect(lines({ aB: 1, a_b: 2 })).toEqual(lines({ a_b: 2, aB: 1 }))
  expect(of({ aB: 1, a_b: 2 }).dropped.duplicate).toBe(1)
})
