import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { Program, program } from "./program.ts"

const scratch = mkdtempSync(join(tmpdir(), "poller-init-"))
afterAll(() => rmSync(scratch, { recursive: true }))

const run = (...args: ReadonlyArray<string>) => new Program(args).ended

const written = (name: string, content: string) => {
  const file = join(scratch, name)
  writeFileSync(file, content)
  return file
}

/** Serves what `answer` makes of each request and its number, while `use` runs. */
const serving = async (
  answer: (request: IncomingMessage, number: number) => object | number,
  use: (origin: string) => Promise<void>
) => {
  let number = 0
  const server = createServer((request, response) => {
    const content = answer(request, ++number)
    if (typeof content === "number") response.statusCode = content
    response.end(JSON.stringify(content))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

test("several samples tell a counter, a gauge, a label and an optional field apart", async () => {
  const answer = (_: IncomingMessage, number: number) => ({
    region: "ams",
    requests: 100 * number,
    queue: number % 2,
    ...(number === 2 ? { extra: 1 } : undefined)
  })
  await serving(answer, async (host) => {
    const { code, stdout, stderr } = await run("init", `${host}/stats`, "--samples", "3", "--every", "10ms")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain(`# Written by poller init from 3 responses of http://${host}/stats, 10ms apart.\n`)
    expect(stdout).toContain("stats_requests_total: { value: requests, type: counter, help: Requests. }\n")
    expect(stdout).toContain("stats_queue: { value: queue, help: Queue. }\n")
    expect(stdout).toContain("stats_extra: { value: extra, optional: true, help: Extra. }\n")
    expect(stdout).toContain("labels_from: { region: region }")
  })
})

test("several files are several responses", async () => {
  const files = [1, 2, 3].map((number) => written(`monday-${number}.json`, JSON.stringify({ errors: number })))
  const { stdout } = await run("init", ...files)
  expect(stdout).toContain("monday_errors_total: { value: errors, type: counter, help: Errors. }\n")
})

test("- is standard input", async () => {
  const file = written("piped.json", '{"depth": 3}')
  const init = new Program(
    ["-c", `${program.join(" ")} init - --url https://shop.example.com/health --name shop < "${file}"`],
    { command: "/bin/sh" }
  )
  const { code, stdout, stderr } = await init.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout).toContain("from one response of standard input.\n")
  expect(stdout).toContain(
    "  - name: shop\n    url: https://shop.example.com/health\n    metrics:\n      shop_depth: { value: depth, help: Depth. }\n"
  )
})

describe("credentials", () => {
  const token = written("shop-token", "hush\n")

  test.each([
    [["--bearer-token-file", token], "authorization", "Bearer hush", { auth: { bearer_token_file: token } }],
    [
      ["--basic", `ada:${token}`],
      "authorization",
      `Basic ${btoa("ada:hush")}`,
      { auth: { basic: { username: "ada", password_file: token } } }
    ],
    [["--header-from", `X-Api-Key=${token}`], "x-api-key", "hush", { headers_from: { "X-Api-Key": token } }],
    [["--header", "X-Site: ams"], "x-site", "ams", { headers: { "X-Site": "ams" } }]
  ])("%j are sent, and the draft names the file", async (flags, header, value, settings) => {
    const answer = ({ headers }: IncomingMessage) => (headers[header] === value ? { depth: 3 } : 401)
    await serving(answer, async (host) => {
      const { code, stdout, stderr } = await run("init", `http://${host}/stats`, ...flags)
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(parse(stdout).targets[0]).toMatchObject(settings)
      expect(stdout).not.toContain("hush")
      const config = written("credentials.yml", stdout)
      const once = await run("once", "--config", config)
      expect(once).toMatchObject({ code: 0, stderr: "" })
      expect(once.stdout).toContain("stats_depth 3\n")
    })
  })

  test("that are missing are asked for by the names of the flags", async () => {
    await serving(
      () => 401,
      async (host) => {
        const { code, stdout, stderr } = await run("init", `http://${host}/stats`)
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
        expect(stderr).toBe(
          `http://${host}/stats: status 401: give credentials by --bearer-token-file FILE, --basic USER:FILE or --header-from NAME=FILE\n`
        )
      }
    )
  })

  test.each([
    [["--basic", "ada"], "--basic: expected USER:FILE, such as poller:shop-password"],
    [["--header-from", "X-Api-Key"], "--header-from X-Api-Key: expected NAME=FILE, such as X-Api-Key=shop-key"],
    [["--header", "secret"], "--header: expected NAME:VALUE, such as Accept:application/json"],
    [["--basic", "ada:f", "--bearer-token-file", "f"], "--bearer-token-file and --basic: give one of them"],
    [["--url", "http://localhost/"], "--url: is for saved responses; the URL is an argument already"]
  ])("%j: %s", async (flags, message) => {
    expect(await run("init", "http://127.0.0.1:1/", ...flags)).toMatchObject({
      code: 78,
      stdout: "",
      stderr: `${message}\n`
    })
  })
})

test("--test saves the responses and a test that passes", async () => {
  const answer = (_: IncomingMessage, number: number) => ({
    nodes: [
      { id: "a", load: number },
      { id: "b", load: 2 }
    ]
  })
  const folder = join(scratch, "tested")
  await serving(answer, async (host) => {
    const { code, stdout, stderr } = await run(
      "init",
      `${host}/nodes`,
      "--samples",
      "2",
      "--every",
      "1ms",
      "--test",
      folder
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(readdirSync(folder).sort()).toEqual([
      "nodes-1.json",
      "nodes-1.prom",
      "nodes-2.json",
      "nodes-2.prom",
      "nodes.test.yml"
    ])
    writeFileSync(join(folder, "poller.yml"), stdout)
    expect(await run("test", "--config", join(folder, "poller.yml"))).toMatchObject({ code: 0 })
    writeFileSync(join(folder, "nodes-1.json"), '{"nodes": [{"id": "a", "load": 7}]}')
    expect(await run("test", "--config", join(folder, "poller.yml"))).toMatchObject({ code: 1 })
    const again = await run("init", `${host}/nodes`, "--test", folder)
    expect(again).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `${join(folder, "nodes.test.yml")}: exists already, and is not overwritten\n`
    })
    expect(readFileSync(join(folder, "nodes.test.yml"), "utf8")).toContain("nodes-2.json")
  })
})

test.each([
  ["lines.ndjson", '{"host":"a","queue":3}\n{"host":"b","queue":5}\n', "format: ndjson", 'line_queue{host="a"} 3'],
  ["nan.json", '{"cycles":181,"avg_startup_temp":nan}', "format: lenient", "nan_cycles 181"]
])("%s is read as what it is", async (name, content, line, series) => {
  const file = written(name, content)
  const { code, stdout } = await run("init", file)
  expect(code).toBe(0)
  expect(stdout).toContain(`    ${line}\n`)
  const config = written(`${name}.yml`, stdout)
  expect((await run("once", "--config", config, "--from", file)).stdout).toContain(series)
})
