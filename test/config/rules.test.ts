import * as fc from "fast-check"
import { collectDefaultMetrics, Registry } from "prom-client"
import { expect, test } from "vitest"
import { fromText } from "../../src/config/configuration.ts"
import { clusterFamilies, daemonFamilies, sourceFamilies, targetFamilies } from "../../src/config/own-metrics.ts"
import { bad, lines, load, noFlags, testContext } from "./loading.ts"

const processMetricNames = () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry.getMetricsAsArray().map(({ name }) => name)
}

const ownNames = [targetFamilies, daemonFamilies, sourceFamilies, clusterFamilies].flatMap((families) =>
  Object.values(families).map(({ name }) => name)
)

test.each([...ownNames, ...processMetricNames()])(
  "a mapping cannot have the name of poller's own metric %s",
  (name) => {
    const { problems } = load(`targets: [{ name: a, url: 'https://a.example.com/', metrics: { ${name}: up } }]`)
    expect(lines(problems).join()).toContain("poller's own metrics")
  }
)

/** Keys and values of configurations, in any place. */
const word = fc.constantFrom(
  ...["targets", "defaults", "mappings", "name", "url", "metrics", "each", "path", "labels", "labels_from", "value"],
  ...[
    "type",
    "interval",
    "timeout",
    "mapping",
    "auth",
    "basic",
    "tls",
    "headers",
    "map",
    "states",
    "count",
    "key",
    "help"
  ],
  ...["stateset", "counter", "1s", "2s", "https://a.example.com/", "up", "a[*]", "a[", "${HOME}", "16MB", "__proto__"]
)
const { value: document } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    word,
    fc.constantFrom(null, true, 0, -1, 1.5, 200),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(word, tie("value"), { maxKeys: 4 })
  )
}))

test("loading never throws, whatever the file, and each problem has a position", () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 3 }), document, (targets, rest) => {
      const base = rest !== null && typeof rest === "object" && !Array.isArray(rest) ? rest : {}
      const { problems } = load(JSON.stringify({ ...base, targets }))
      for (const line of lines(problems)) expect(line).toMatch(/^poller\.yml:[1-9]\d*:[1-9]\d*: \S.*$/)
    }),
    { numRuns: 500 }
  )
})

test("a further bad target hides none of the problems of a file", () => {
  const readable = bad.filter(
    ({ name }) => !["alias.yml", "empty.yml", "no-targets.yml", "not-a-map.yml", "not-yaml.yml"].includes(name)
  )
  const messages = (name: string, text: string) =>
    lines(fromText(name, text, testContext, noFlags).problems).map((line) => line.replace(/^\S+ /, ""))
  const worse = "  - { name: worse, url: nowhere, interval: 1s, timeout: 2s, colour: red, metrics: { 'a-b': 'up[' } }\n"
  for (const { name, text } of readable) {
    expect(messages(name, `${text}${worse}`), name).toEqual(expect.arrayContaining(messages(name, text)))
  }
})
