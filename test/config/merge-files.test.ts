import * as Duration from "effect/Duration"
import { expect, test } from "vitest"
import { fromFiles, parseConfiguration } from "../../src/config/configuration.ts"
import { locateIn } from "../../src/config/secret-files.ts"
import { lines, noFlags, testContext } from "./loading.ts"

const files = (texts: Readonly<Record<string, string>>, directory = ".") =>
  Object.entries(texts).map(([name, text]) => ({ name, text, directory }))

const loadFiles = (texts: Readonly<Record<string, string>>) => fromFiles(files(texts), testContext, noFlags)

const target = (name: string, rest = `metrics: { ${name}_up: { value: up, help: Up. } }`) =>
  `{ name: ${name}, url: "http://${name}.example.com/", ${rest} }`

test("several files are one configuration: targets and sources in order, defaults and mappings for all", () => {
  const loaded = loadFiles({
    "10-base.yml":
      "defaults: { interval: 1m }\nmappings: { node: { metrics: { node_up: { value: up, help: Up. } } } }\n",
    "20-shops.yml": `targets: [${target("b")}]\n`,
    "30-nodes.json": `{"targets": [{"name": "a", "url": "http://a/", "mapping": "node"}], "targets_from": {"files": ["x.yml"], "mapping": "node"}}`,
    "40-more.yml": 'targets_from: [{ files: ["y.yml"], mapping: node, labels: { site: a } }]\n',
    "50-empty.yml": "# nothing yet\n"
  })
  expect(lines(loaded.problems)).toEqual([])
  expect(loaded.targets.map(({ name, interval }) => [name, Duration.toSeconds(interval)])).toEqual([
    ["b", 60],
    ["a", 60]
  ])
  expect(loaded.sources.map(({ name }) => name)).toEqual(["x.yml", "y.yml"])
})

test("a problem names its file, and the file of another value that it mentions", () => {
  const loaded = loadFiles({
    "a.yml": `targets:\n  - ${target("a")}\n  - ${target("c", "interval: soon, metrics: { c_up: { value: up, help: Up. } }")}\n`,
    "b.yml": `targets:\n  - ${target("b", "mapping: none")}\n  - ${target("a", "metrics: { a_up: { value: up, help: Other. } }")}\n`
  })
  expect(lines(loaded.problems)).toEqual([
    'a.yml:3:56: targets[1].interval: expected a duration such as 500ms, 30s, 5m or 1h30m, got "soon"',
    "b.yml:2:55: targets[0].mapping: mappings has no entry none",
    expect.stringMatching(/^b\.yml:3:5: targets\[1\]: could emit the same series as a\.yml:2: targets\[0\] \(a_up\)/),
    "b.yml:3:13: targets[1].name: a.yml:2: targets[0] has this name too",
    "b.yml:3:82: targets[1].metrics.a_up.help: differs from the help in a.yml:2: targets[0].metrics.a_up: a metric name has one help"
  ])
})

test("what may be in one file only is a problem in the second file", () => {
  const loaded = loadFiles({
    "a.yml": "defaults: { interval: 1m }\nmappings: { node: { metrics: { node_up: up } } }\n",
    "b.yml":
      "defaults:\n  interval: 2m\n  timeout: 1s\nmappings: { node: { metrics: { node_up: up } } }\ntargets: { name: a }\n",
    "c.yml": "- 1\n"
  })
  expect(lines(loaded.problems)).toEqual([
    "b.yml:2:3: defaults.interval: a.yml:1 has it too: keep it in one file",
    "b.yml:4:13: mappings.node: a.yml:2 has it too: keep it in one file",
    "b.yml:5:10: targets: expected a list, got a map",
    "c.yml:1:1: expected a map, got a list"
  ])
})

test("if a file is not YAML, only that is reported", () => {
  const loaded = loadFiles({
    "a.yml": "targets: [\n",
    "b.yml": "targets: 1\n",
    "c.yml": `targets: [${target("c")}]\ntargets: []\n`
  })
  expect(lines(loaded.problems)).toEqual([expect.stringMatching(/^a\.yml:/)])
})

test("without any targets the problem names the first file", () => {
  expect(lines(loadFiles({ "a.yml": "", "b.yml": "mappings: {}\n" }).problems)).toEqual([
    "a.yml:1:1: needs targets or targets_from: there is nothing to poll"
  ])
})

test("a relative path starts in the directory of its own file", () => {
  const texts = [
    {
      name: "one/a.yml",
      directory: "/one",
      text: "defaults: { tls: { ca_file: ca.pem } }\nmappings: { node: { metrics: { node_up: { value: up, help: Up. } } } }\n"
    },
    {
      name: "two/b.yml",
      directory: "/two",
      text: 'targets: [{ name: b, url: "https://b/", mapping: node, auth: { bearer_token_file: "${NAME}" } }]\ntargets_from: { files: ["x.yml"], mapping: node }\n'
    }
  ]
  const parsed = parseConfiguration(
    texts,
    { environment: { NAME: "token" }, locate: locateIn(undefined, "/one") },
    {},
    (directory) => locateIn(undefined, directory)
  )
  expect(lines(parsed.problems)).toEqual([])
  expect(parsed.secretFiles.map(({ file, location }) => [file, location])).toEqual([
    ["/two/token", "two/b.yml:1:83"],
    ["/one/ca.pem", "one/a.yml:1:29"],
    ["/one/ca.pem", "one/a.yml:1:29"]
  ])
  expect(parsed.value).toMatchObject({ targets_from: [{ files: ["/two/x.yml"] }] })
})
