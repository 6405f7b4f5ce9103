import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { formatDiagnostic } from "../../src/config/diagnostics.ts"
import type { Target } from "../../src/config/target.ts"
import type { DiscoveredTarget } from "../../src/config/target-group.ts"
import type { Lists } from "../../src/config/target-set.ts"
import { runToEnd } from "../../src/config/time-slice.ts"
import { bodyOf, collect } from "../mapping/collect.ts"
import { lines, load } from "./loading.ts"

const mappings = `
mappings:
  node:
    metrics:
      node_up: { value: up, help: Up. }
      node_mode: { value: mode, type: stateset, states: [rw, ro], help: Mode. }
    each:
      - { path: "disks[*]", labels_from: { device: dev }, metrics: { node_disk_free_bytes: { value: free, help: Free. } } }
`

const configuration = (yaml: string) => {
  const loaded = load(mappings + yaml)
  expect(lines(loaded.problems)).toEqual([])
  return { ...loaded, targetSet: (lists: Lists) => runToEnd(loaded.targetSet(lists)) }
}

const one = 'targets_from: { name: nodes, files: ["a.yml"], mapping: node }\n'

const samplesOf = (transform: Target["transform"]) =>
  collect((samples) => Result.getOrThrow(transform([bodyOf('{"up": true}')], samples))).samples

type Given = ReadonlyArray<string | readonly [string, DiscoveredTarget["labels"]]>

/** Entries, each on its own line of a.yml. */
const entries = (...given: Given): ReadonlyArray<DiscoveredTarget> =>
  given.map((entry, index) => {
    const [address, labels] = typeof entry === "string" ? [entry, {}] : entry
    return { address, labels, location: `a.yml:${index + 1}:1` }
  })

const setOf = (yaml: string, ...given: Given) => {
  const { targets, sources } = configuration(yaml).targetSet(new Map([["nodes", entries(...given)]]))
  const { targets: count, diagnostics = [] } = sources.get("nodes") ?? {}
  return {
    targets,
    count,
    names: targets.map(({ name }) => name),
    diagnostics: diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))
  }
}

describe("a set of targets", () => {
  test("has the targets of the file, then those that its sources list", () => {
    const yaml = `${one}targets: [{ name: own, url: "http://own/", mapping: node }]\n`
    expect(setOf(yaml, "b:1", "a:1")).toMatchObject({ names: ["own", "b:1", "a:1"], count: 2, diagnostics: [] })
  })

  test("has the targets of the file alone until something is listed", () => {
    const { targetSet, sources } = configuration(`${one}targets: [{ name: own, url: "http://own/", mapping: node }]\n`)
    expect(targetSet(new Map()).targets.map(({ name }) => name)).toEqual(["own"])
    expect(sources).toMatchObject([
      { name: "nodes", refresh: Duration.minutes(5), origin: { _tag: "Files", patterns: ["/etc/poller/a.yml"] } }
    ])
  })

  test("gives a target the settings of its source, and the defaults for the rest", () => {
    const [target] = setOf(
      `defaults: { interval: 1m, timeout: 4s, labels: { site: ams1, rack: "1" } }
targets_from:
  { name: nodes, files: [a.yml], mapping: node, timeout: 2s, labels: { rack: "2", row: "2" }, auth: { bearer_token_file: token } }
`,
      ["a:1", { row: "3", __meta_x: "y" }]
    ).targets
    expect(target?.interval).toEqual(Duration.minutes(1))
    expect(target?.request.timeout).toEqual(Duration.seconds(2))
    expect(target?.request.auth).toEqual({ _tag: "Bearer", token: { path: "/etc/poller/token" } })
    expect(target?.spec.labels).toEqual({ site: "ams1", rack: "2", row: "3", instance: "a:1" })
  })

  test.each([
    ["a label with an illegal name", ["b:1", { "9x": "y" }], /^a\.yml:2:1: labels\.9x: expected a label name: /],
    ["a label that rows have", ["b:1", { device: "y" }], /^a\.yml:2:1: labels\.device: the rows set this label too/],
    [
      "the label of a stateset's states",
      ["b:1", { node_mode: "y" }],
      /^a\.yml:2:1: labels\.node_mode: a stateset uses its own name/
    ],
    ["a scheme that is not http", ["b:1", { __scheme__: "ftp" }], "a.yml:2:1: __scheme__: expected http or https"],
    ["times that are none", ["b:1", { __scrape_interval__: "soon" }], /^a\.yml:2:1: interval: expected a duration/],
    [
      "a timeout over its interval",
      ["b:1", { __scrape_interval__: "5s", __scrape_timeout__: "6s" }],
      /^a\.yml:2:1: timeout: the timeout \(6s\) is longer than the interval \(5s\)$/
    ],
    ["no address", ["b 1", {}], /^a\.yml:2:1: expected HOST:PORT or a URL$/],
    ["a name that is taken", ["b:1", { instance: "a:1", x: "y" }], /^a\.yml:2:1: another target has the name a:1 too/],
    [
      "nothing that tells its series from those of another",
      ["a:1", { __metrics_path__: "/x" }],
      /^a\.yml:2:1: could emit the same series as a:1 \(node_up and 2 more\): give each a different label/
    ]
  ] as const)("leaves out an entry that has %s, with a diagnostic", (_, entry, why) => {
    const { names, count, diagnostics } = setOf(one, "a:1", entry, "c:1")
    expect(names).toEqual(["a:1", "c:1"])
    expect(count).toBe(2)
    expect(diagnostics).toEqual([expect.stringMatching(why)])
  })

  test("leaves out a listed target that has the name or the series of a target of the file", () => {
    const own = '{ name: "a:1", url: "http://own/", mapping: node, labels: { instance: "b:1" } }'
    const { names, diagnostics } = setOf(`${one}targets: [${own}]\n`, "a:1", "b:1", "c:1")
    expect(names).toEqual(["a:1", "c:1"])
    expect(diagnostics).toHaveLength(2)
  })

  test("gives all targets of a source its mapping, compiled once", () => {
    const yaml = 'targets_from: { name: nodes, files: ["a.yml"], metrics: { shop_up: { value: up, help: Up. } } }\n'
    const { targets } = setOf(yaml, "a:1", "b:1")
    expect(targets.map(({ transform }) => samplesOf(transform))).toEqual(
      ["a:1", "b:1"].map((instance) => [
        { family: { name: "shop_up", type: "gauge", help: "Up." }, labels: [["instance", instance]], value: 1 }
      ])
    )
    expect(targets[0]?.spec.mapping).toBe(targets[1]?.spec.mapping)
  })

  test("makes every number a gauge for a source without a mapping", () => {
    const [target] = setOf('targets_from: { name: nodes, files: ["a.yml"] }\n', "a:1").targets
    expect(target && samplesOf(target.transform).map(({ family, labels }) => [family.name, labels])).toEqual([
      ["upstream_up", [["instance", "a:1"]]]
    ])
  })

  test("accepts a user in the URL, unless the source has auth", () => {
    const entry = "http://ada:hush@shop/"
    expect(setOf(one, entry).targets[0]?.request).toMatchObject({ auth: { _tag: "Basic", username: "ada" } })
    const { targets, diagnostics } = setOf(`${one.trimEnd().slice(0, -1)}, auth: { bearer_token_file: t } }\n`, entry)
    expect(targets).toEqual([])
    expect(diagnostics).toEqual(["a.yml:1:1: url: has a user, and there is also auth: keep one of them"])
  })

  test("has an entry once that is listed twice, in one source or in two", () => {
    const yaml =
      'targets_from: [{ name: nodes, files: ["a.yml"], mapping: node }, { files: ["b.yml"], mapping: node }]\n'
    const { targetSet } = configuration(yaml)
    const { targets, sources } = targetSet(
      new Map([
        ["nodes", entries("a:1", "a:1")],
        ["b.yml", entries("a:1")]
      ])
    )
    expect(targets.map(({ name }) => name)).toEqual(["a:1"])
    expect([...sources.values()]).toEqual([
      { targets: 1, diagnostics: [] },
      { targets: 0, diagnostics: [] }
    ])
  })

  test("does not expand variables in listed targets", () => {
    expect(setOf(one, ["a:1", { x: "${HOME}" }]).targets[0]?.spec.labels).toMatchObject({ x: "${HOME}" })
  })

  test("keeps the target of an entry until the entry changes", () => {
    const { targetSet } = configuration(one)
    const after = (...given: Given) => targetSet(new Map([["nodes", entries(...given)]])).targets
    const [a, b] = after(["a:1", { x: "1" }], ["b:1", { x: "1" }])
    const [later, before, changed] = after(["c:1", {}], ["a:1", { x: "1" }], ["b:1", { x: "2" }])
    expect(later?.name).toBe("c:1")
    expect(before).toBe(a)
    expect(changed?.fingerprint()).not.toBe(b?.fingerprint())
  })

  test("never has two targets with the same name or the same series", () => {
    const { targetSet } = configuration(one)
    const label = fc.constantFrom("instance", "rack", "device", "__metrics_path__", "9")
    const entry = fc.record({
      address: fc.constantFrom("a:1", "b:1", "http://a:1/", "http://b:1/x", "a b"),
      labels: fc.dictionary(label, fc.constantFrom("", "x", "a:1", "/x")),
      location: fc.constant("a.yml:1:1")
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (given) => {
        const { targets, sources } = targetSet(new Map([["nodes", given]]))
        const distinct = <A>(values: ReadonlyArray<A>) => new Set(values).size
        expect(distinct(targets.map(({ name }) => name))).toBe(targets.length)
        const labels = targets.map(({ spec }) =>
          JSON.stringify(
            Object.entries(spec.labels)
              .filter(([, v]) => v)
              .sort()
          )
        )
        expect(distinct(labels)).toBe(targets.length)
        const { targets: count = 0, diagnostics = [] } = sources.get("nodes") ?? {}
        expect(count).toBe(targets.length)
        expect(count + diagnostics.length).toBeLessThanOrEqual(given.length)
      })
    )
  })
})
