import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { parse } from "yaml"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, program } from "./program.ts"

const scratch = temporaryFolder()

const run = (...args: ReadonlyArray<string>) => new Program(args).ended

const written = (name: string, content: string) => {
  const file = join(scratch, name)
  writeFileSync(file, content)
  return file
}

/** Serves the result of `answer` for each request and its number, while `use` runs. */
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
          `http://${host}/stats: status 401: give credentials by --bearer-token-file FILE, --basic USER:FILE or --header-from NAME=FILE, or a login by --config FILE --only NAME\n`
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
  ["lines.ndjson", '{"host":"a","queue":3}\n{"host":"b","queue":5}\n', "format: ndjson", 'lines_queue{host="a"} 3'],
  ["nan.json", '{"cycles":181,"avg_startup_temp":nan}', "format: lenient", "nan_cycles 181"]
])("the format of %s is detected", async (name, content, line, series) => {
  const file = written(name, content)
  const { code, stdout } = await run("init", file)
  expect(code).toBe(0)
  expect(stdout).toContain(`    ${line}\n`)
  const config = written(`${name}.yml`, stdout)
  expect((await run("once", "--config", config, "--from", file)).stdout).toContain(series)
})

describe("a target of this machine", () => {
  test("behind a unix socket is requested there, and named after the socket and the path", async () => {
    const socket = join(scratch, "docker.sock")
    const server = createServer((request, response) =>
      response.end(JSON.stringify({ ContainersRunning: 3, url: request.url }))
    )
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    onTestFinished(() => void server.close())
    const { code, stdout, stderr } = await run("init", `http+unix://${socket}:/v1.47/info`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const config = written("unix.yml", stdout)
    expect(parse(stdout).targets[0]).toMatchObject({ name: "docker-info", url: `http+unix://${socket}:/v1.47/info` })
    expect(await run("check", "--strict", config)).toMatchObject({ code: 0 })
    expect((await run("once", config)).stdout).toContain("docker_info_containers_running 3\n")
  })

  test("in a file is named after the file, and its configuration reads the file", async () => {
    const file = written("queue-stats.json", '{"depth": 5}')
    const { code, stdout, stderr } = await run("init", `file://${file}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect((await run("once", written("file.yml", stdout))).stdout).toContain("queue_stats_depth 5\n")
    expect(parse(stdout).targets[0].url).toBe(`file://${file}`)
  })

  test.each([
    [
      "http+unix:///run/x.sock",
      "http+unix:///run/x.sock: expected http://, https://, http+unix:///SOCKET:/PATH or file:///PATH, or a file"
    ],
    [`file://${scratch}`, `file://${scratch}: cannot read ${scratch}: a directory`],
    [`http+unix://${scratch}/none.sock:/x`, `http+unix://${scratch}/none.sock:/x: connect ENOENT ${scratch}/none.sock`]
  ])("%s is one line", async (source, message) => {
    const { stdout, stderr } = await run("init", source)
    expect([stdout, stderr]).toEqual(["", `${message}\n`])
  })
})

describe("a target of a configuration", () => {
  const answer = (request: IncomingMessage) => {
    if (request.url === "/login") return { token: "hunter2" }
    if (request.headers.authorization !== "Bearer hunter2") return 401
    const isFirst = request.url?.includes("page=1") === true
    return { depth: 7, nodes: [{ id: isFirst ? "a" : "b", load: 0.5 }], next: isFirst ? "/x" : null }
  }
  const configurationOf = (origin: string) => `
logins:
  array:
    url: http://${origin}/login
    json: { password: { file: password } }
    take: { token: $.token }
    give: { headers: { Authorization: "Bearer {token}" } }
targets:
  - { name: array, url: "http://${origin}/stats", login: array, labels: { site: ams1 }, pages: { param: page, while: $.next } }
  - { name: other, url: "http://${origin}/stats" }
`
  test("is requested with its login, and the draft is a mapping for it, without anything secret", async () => {
    await serving(answer, async (origin) => {
      written("password", "swordfish")
      const config = written("array.yml", configurationOf(origin))
      const { code, stdout, stderr } = await run("init", "--config", config, "--only", "array")
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain("# Written by poller init from one response of array.\n")
      expect(stdout).toContain("write mapping: array into the target array.\n")
      expect(stdout).not.toMatch(/hunter2|swordfish|login|http:/)
      const mapping = written("array-mapping.yml", stdout)
      writeFileSync(config, configurationOf(origin).replace("login: array,", "login: array, mapping: array,"))
      const once = await run("once", "--config", config, "--config", mapping, "--only", "array")
      expect(once).toMatchObject({ code: 0, stderr: "" })
      expect(once.stdout).toContain('array_node_load{node="a",site="ams1"} 0.5\n')
      expect(once.stdout).toContain('array_node_load{node="b",site="ams1"} 0.5\n')
    })
  })

  test("that the API refuses is named; if several could be meant, the message asks for --only", async () => {
    await serving(answer, async (origin) => {
      const config = written("array.yml", configurationOf(origin))
      expect(await run("init", "-c", config, "--only", "other")).toMatchObject({
        code: 1,
        stdout: "",
        stderr: "other: status 401\n"
      })
      expect((await run("init", "-c", config)).stderr).toBe(
        "the configuration has 2 targets: say which with --only NAME, such as --only array\n"
      )
      expect((await run("init", "-c", config, "--only", "aray")).stderr).toBe(
        "--only aray: there is no target of this name; did you mean array?\n"
      )
    })
  })

  test.each([
    [[], "nothing to ask: name a URL, files with saved responses, or a target (--config FILE --only NAME)"],
    [["--only", "a", "x.json"], "--only: there is a source as well (x.json): give one of them"],
    [["--only", "a", "--basic", "u:f"], "--only: the url and the credentials are those of the target"]
  ])("%j is one line", async (args, message) => {
    expect(await run("init", ...args)).toMatchObject({ code: 78, stdout: "", stderr: `${message}\n` })
  })
})
