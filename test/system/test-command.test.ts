import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { Program } from "./program.ts"

const examples = join(import.meta.dirname, "../../deploy/examples")

const config = `targets:
  - name: shop
    url: http://127.0.0.1:1/
    metrics:
      shop_queue_depth: { value: queue.depth, help: Orders that wait. }
      shop_cpu_ratio: { value: cpu, help: CPU in use. }
  - name: fleet
    url: http://127.0.0.1:1/
    mapping: nodes
    labels: { site: ams1 }
mappings:
  nodes:
    each:
      - path: nodes[*]
        labels_from: { zone: z, node: id }
        metrics: { node_load: { value: load, help: Load. } }
`
const shopResponse = '{"queue":{"depth":3},"cpu":0.5}'
const shopSeries = `# HELP shop_queue_depth Orders that wait.
# TYPE shop_queue_depth gauge
shop_queue_depth 3.0
# TYPE shop_cpu_ratio gauge
# HELP shop_cpu_ratio CPU in use.
shop_cpu_ratio 0.50
`
const nodesResponse = '{"nodes":[{"id":"a","z":"1","load":1},{"id":"b","z":"1","load":2}]}'
/** In another order, of series and of labels. */
const nodesSeries = `# HELP node_load Load.
# TYPE node_load gauge
node_load{zone="1",node="b"} 2
node_load{zone="1",node="a"} 1
`
const tests = `tests:
  - { target: shop, from: shop.json, want: shop.prom }
  - { mapping: nodes, from: nodes.json, want: nodes.prom }
`

/** A folder with a configuration, its tests and their files. */
const folderWith = (files: Readonly<Record<string, string>> = {}) => {
  const folder = temporaryFolder()
  const all = {
    "poller.yml": config,
    "poller.test.yml": tests,
    "shop.json": shopResponse,
    "shop.prom": shopSeries,
    "nodes.json": nodesResponse,
    "nodes.prom": nodesSeries,
    ...files
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text)
  return folder
}

const run = (...args: ReadonlyArray<string>) => new Program(["test", ...args]).ended

test("the shipped examples pass", async () => {
  const count = readdirSync(examples).filter((name) => name.endsWith(".test.yml")).length
  expect(count).toBeGreaterThanOrEqual(11)
  expect(await run(examples)).toMatchObject({ code: 0, stdout: `${count} tests, no failures\n`, stderr: "" })
})

describe("documents of rows", () => {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory())

  test.each(folders.map(({ name }) => name))("of the example %s stand under `details`", async (name) => {
    const folder = join(examples, name)
    const { code, stdout, stderr } = await run(folder)
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^\d+ tests?, no failures\n$/), ""])
    expect((await new Program(["check", "--strict", join(folder, `${name}.yaml`)]).ended).code).toBe(0)
  })

  const tested = (details: object) => {
    const folder = folderWith({ "list.json": '{"nodes":[{"id":"a b"},{"id":null}]}', "a.json": '{"load":7}' })
    const node = {
      path: "$.nodes[*]",
      labels_from: { node: "id" },
      metrics: { load: { value: "load", help: "Load." } }
    }
    const url = "/nodes/{id}?at={now:date}"
    const target = { name: "list", url: "http://127.0.0.1:1/", each: [{ ...node, get: { url } }] }
    writeFileSync(join(folder, "list.yml"), JSON.stringify({ targets: [target] }))
    writeFileSync(join(folder, "list.prom"), '# HELP load Load.\n# TYPE load gauge\nload{node="a b"} 7\n')
    const problems = [`detail: ${url} of $['nodes'][1]`]
    const one = { target: "list", from: "list.json", want: "list.prom", at: "2026-01-31T12:00:00Z", problems, details }
    writeFileSync(join(folder, "list.test.yml"), JSON.stringify({ tests: [one] }))
    return run(join(folder, "list.test.yml"))
  }

  test("are named by their URL at the time of the test", async () => {
    expect(await tested({ "/nodes/a%20b?at=2026-01-31": "a.json" })).toMatchObject({ code: 0, stderr: "" })
  })

  test.each<[string, object, string]>([
    [
      "that no row needs",
      { "/nodes/a": "a.json" },
      "details: no row needs /nodes/a: the rows need /nodes/a%20b?at=2026-01-31"
    ],
    ["that are missing", { "/nodes/a%20b?at=2026-01-31": "b.json" }, "b.json: cannot be read: no such file"]
  ])("%s fail the test", async (_name, details, message) => {
    const { code, stdout } = await tested(details)
    expect([code, stdout]).toEqual([1, expect.stringContaining(message)])
  })

  test("that are not a map of files are reported with their place", async () => {
    const { code, stderr } = await tested({ "/nodes/a": 7 })
    expect([code, stderr]).toEqual([78, expect.stringContaining(': tests[0].details["/nodes/a"]: expected a file')])
  })
})

test("series are compared without regard to their order, to that of labels, and to how a number is written", async () => {
  const folder = folderWith()
  for (const args of [[folder], [join(folder, "poller.test.yml")], ["--config", join(folder, "poller.yml")]])
    expect(await run(...args)).toMatchObject({ code: 0, stdout: "2 tests, no failures\n", stderr: "" })
})

describe("a difference", () => {
  const failing = () =>
    folderWith({ "shop.json": '{"queue":{"depth":4},"cpu":0.5,"more":1}', "nodes.json": '{"nodes":[]}' })
  const file = (folder: string) => join(folder, "poller.test.yml")

  test("is shown as a diff of series, and exits 1", async () => {
    const folder = failing()
    const { code, stdout, stderr } = await run(folder)
    expect([code, stderr]).toEqual([1, ""])
    expect(stdout.replaceAll(/\((?:\.\.\/)*\S*\//g, "(")).toBe(`${file(folder)}:2:5: shop (shop.json): failed
  - shop_queue_depth 3
  + shop_queue_depth 4
${file(folder)}:3:5: nodes (nodes.json): failed
  - # HELP node_load Load.
  - # TYPE node_load gauge
  - node_load{node="a",zone="1"} 1
  - node_load{node="b",zone="1"} 2
2 tests, 2 failures
`)
  })

  test("of a target that --only leaves out does not matter", async () => {
    const folder = folderWith({ "nodes.json": '{"nodes":[]}' })
    expect(await run("--only", "shop", folder)).toMatchObject({ code: 0, stdout: "1 test, no failures\n" })
    expect(await run("--only", "nodes", folder)).toMatchObject({ code: 1 })
    expect(await run("--only", "none", folder)).toMatchObject({
      code: 1,
      stderr: "--only none: no test of this name\n"
    })
  })

  test("is written with --write", async () => {
    const folder = failing()
    const { code, stdout } = await run("--write", folder)
    expect([code, stdout.split("\n").length]).toEqual([0, 4])
    expect(stdout).toMatch(/shop\.prom: written\n.*nodes\.prom: written\n2 tests, no failures\n$/)
    const once = new Program([
      "once",
      "--only",
      "shop",
      "--from",
      join(folder, "shop.json"),
      join(folder, "poller.yml")
    ])
    expect(readFileSync(join(folder, "shop.prom"), "utf8")).toBe((await once.ended).stdout)
    expect(await run(folder)).toMatchObject({ code: 0, stdout: "2 tests, no failures\n" })
  })

  test("is TAP version 14 with --format tap", async () => {
    const { code, stdout } = await run("--format", "tap", failing())
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^TAP version 14\n1\.\.2\nnot ok 1 - shop \(\S+\)\n {2}---\n {2}at: ".*"\n {2}message: \|\n {4}- shop_queue_depth 3\n {4}\+ shop_queue_depth 4\n {2}\.\.\.\nnot ok 2 - /
    )
  })

  const noPython = isMissing({ name: "python3", probe: ["python3", "--version"], install: "apt-get install python3" })
  test.skipIf(noPython)("is JUnit's XML with --format junit", async () => {
    const folder = folderWith({ "shop.json": '{"queue":{"depth":4},"cpu":0.5}' })
    const { code, stdout } = await run("--format", "junit", folder)
    expect(code).toBe(1)
    const script = `import sys, json, xml.etree.ElementTree as x
root = x.fromstring(sys.stdin.read())
print(json.dumps([[e.tag, dict(e.attrib), e.text] for e in root.iter()]))`
    const elements: ReadonlyArray<[string, Record<string, string>, string | null]> = JSON.parse(
      spawnSync("python3", ["-c", script], { input: stdout, encoding: "utf8" }).stdout
    )
    expect(elements.map(([tag]) => tag)).toEqual(["testsuites", "testsuite", "testcase", "failure", "testcase"])
    expect(elements[0]?.[1]).toMatchObject({ tests: "2", failures: "1" })
    expect(elements[3]).toEqual([
      "failure",
      { message: "the series differ" },
      "- shop_queue_depth 3\n+ shop_queue_depth 4"
    ])
  })
})

describe("problems", () => {
  const withProblems = (problems: string, response = '{"queue":{"depth":3}}') =>
    folderWith({
      "shop.json": response,
      "shop.prom": shopSeries.replace(/# TYPE shop_cpu_ratio[\s\S]*/, ""),
      "poller.test.yml": `tests:\n  - { target: shop, from: shop.json, want: shop.prom${problems} }\n`
    })

  test("are part of a test: exactly these", async () => {
    expect(await run(withProblems(', problems: ["missing: cpu of $"]'))).toMatchObject({ code: 0 })
    expect(await run(withProblems(""))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("  problem that is not expected: missing: cpu of $\n")
    })
    const response = '{"queue":{"depth":3},"cpu":null}'
    expect(await run(withProblems(', problems: ["missing: cpu of $", "missing: mem of $"]', response))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("  expected problem that is not there: missing: mem of $\n")
    })
  })

  test("of a response that is not JSON fail the test", async () => {
    expect(await run(withProblems("", "<html>"))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/problem that is not expected: not_json: /)
    })
  })
})

test("nothing to run exits 1", async () => {
  const folder = temporaryFolder()
  expect(await run(folder)).toMatchObject({ code: 1, stdout: "", stderr: "no tests: there is no *.test.yml here\n" })
})

test("problems of a test file are reported with their place", async () => {
  const folder = folderWith({
    "poller.test.yml": `tests:
  - { target: shop, form: shop.json, want: shop.prom }
  - { from: shop.json, want: [shop.prom] }
  - { target: shop, mapping: nodes, from: a, want: b, at: soon }
`
  })
  const file = join(folder, "poller.test.yml")
  expect(await run(folder)).toMatchObject({
    code: 78,
    stdout: "",
    stderr: `${file}:2:21: tests[0].form: unknown key; did you mean from?
${file}:2:5: tests[0]: from is missing
${file}:3:5: tests[1]: expected one of target and mapping
${file}:3:30: tests[1].want: expected text
${file}:4:5: tests[2]: expected one of target and mapping
${file}:4:59: tests[2].at: expected a time such as 2026-01-31T12:00:00Z
`
  })
})

test.each([
  ["a target", "target: shopp", "has no target shopp; did you mean shop?"],
  ["a mapping", "mapping: node", "has no mapping node"]
])("%s that is not in the configuration is named", async (_, subject, message) => {
  const folder = folderWith({ "poller.test.yml": `tests: [{ ${subject}, from: shop.json, want: shop.prom }]\n` })
  const { code, stderr } = await run(folder)
  expect(code).toBe(78)
  expect(stderr).toBe(`${join(folder, "poller.test.yml")}:1:9: ${join(folder, "poller.yml")} ${message}\n`)
})

test("--watch runs again at each change, also after a mistake, and ends with 130", async () => {
  const folder = folderWith()
  const program = new Program(["test", "--watch", folder])
  onTestFinished(() => void program.child.kill("SIGKILL"))
  const shows = (text: RegExp) => expect.poll(() => program.stdout, { timeout: 10_000 }).toMatch(text)
  await shows(/^2 tests, no failures\n$/)
  writeFileSync(join(folder, "shop.json"), '{"queue":{"depth":5},"cpu":0.5}')
  await shows(/\n {2}\+ shop_queue_depth 5\n2 tests, 1 failure\n$/)
  writeFileSync(join(folder, "poller.yml"), "targets: [")
  await program.line(/poller\.yml:1:/)
  writeFileSync(join(folder, "poller.yml"), config)
  await shows(/\n2 tests, 1 failure\n[\s\S]*\n2 tests, 1 failure\n$/)
  expect(await program.stop("SIGINT")).toMatchObject({ code: 130 })
})

test("a configuration may be several files, and a shared mapping in any of them is tested with their defaults", async () => {
  const folder = folderWith({
    "defaults.yml": "defaults: { format: lenient }\n",
    "nodes.json": nodesResponse.replace('"load":1', '"load":NaN'),
    "poller.test.yml": "tests: [{ mapping: nodes, from: nodes.json, want: nodes.prom }]\n"
  })
  const configs = ["defaults.yml", "poller.yml"].flatMap((name) => ["--config", join(folder, name)])
  const { code, stdout } = await run(...configs, join(folder, "poller.test.yml"))
  // not read leniently, the response would be no JSON
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining("  problem that is not expected: missing: load of $['nodes'][0]\n")
  ])
})
