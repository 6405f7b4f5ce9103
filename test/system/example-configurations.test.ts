import { readdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program } from "./program.ts"

const examples = join(import.meta.dirname, "../../deploy/examples")
const names = readdirSync(examples).flatMap((file) => (file.endsWith(".json") ? [basename(file, ".json")] : []))
const scratch = temporaryFolder()

const run = (...args: ReadonlyArray<string>) => new Program(args).ended
const series = (page: string) => page.split("\n").filter((line) => line !== "" && !line.startsWith("#"))

test.each(names)("%s: once prints the series of the finished configuration", async (name) => {
  const [config, answer] = [join(examples, `${name}.yaml`), join(examples, `${name}.json`)]
  const once = await run("once", "--config", config, "--from", answer)
  expect(once).toMatchObject({ code: 0, stderr: "" })
  expect(series(once.stdout).length).toBeGreaterThan(3)
})

describe("init", () => {
  test("writes a draft that passes check --strict, and once prints its series", async () => {
    const answer = join(examples, "nginx-plus-upstreams.json")
    const config = join(scratch, "nginx.yaml")
    const init = await run("init", answer)
    expect(init).toMatchObject({ code: 0, stderr: "" })
    writeFileSync(config, init.stdout)
    expect(await run("check", "--strict", config)).toMatchObject({ code: 0, stderr: "" })
    const once = await run("once", "--config", config, "--from", answer)
    expect(once).toMatchObject({ code: 0, stderr: "" })
    expect(series(once.stdout)).toContain('nginx_plus_upstream_queue_size{upstream="shop-backend"} 4')
  })

  test("takes a URL, and what it writes polls that URL", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === undefined ? 200 : 401
      response.end('{"queue": {"depth": 3}}')
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats`
    try {
      const init = await run("init", url)
      expect(init).toMatchObject({ code: 0, stderr: "" })
      expect(init.stdout).toContain(`url: ${url}`)
      const config = join(scratch, "url.yaml")
      writeFileSync(config, init.stdout)
      const once = await run("once", "--config", config)
      expect(series(once.stdout)).toEqual(["stats_queue_depth 3"])
    } finally {
      server.close()
    }
  })

  test("keeps a password out of what it writes, and says where it belongs", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === `Basic ${btoa("ada:hush")}` ? 200 : 401
      response.end('{"depth": 3}')
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    try {
      const { code, stdout } = await run("init", `http://ada:hush@127.0.0.1:${port}/stats`)
      expect(code).toBe(0)
      expect(stdout).not.toContain("hush")
      expect(stdout).toContain("username: ada")
      expect(stdout).toContain("password_file: stats-password")
    } finally {
      server.close()
    }
  })

  test("raises max_series for a response with many series", async () => {
    const answer = join(scratch, "many.json")
    writeFileSync(answer, JSON.stringify({ load: Array.from({ length: 30_000 }, (_, at) => at / 100) }))
    const config = join(scratch, "many.yaml")
    writeFileSync(config, (await run("init", answer)).stdout)
    const once = await run("once", "--config", config, "--from", answer)
    expect(series(once.stdout)).toHaveLength(30_000)
  })

  test.each([
    ["text.json", "hello", "not JSON: expected a value at line 1, column 1"],
    ["names.json", '{"name": null}', "nothing to measure: no number, no list, no time"]
  ])("of %s, which is %s, says in one line: %s", async (file, text, message) => {
    const answer = join(scratch, file)
    writeFileSync(answer, text)
    expect(await run("init", answer)).toMatchObject({ code: 1, stdout: "", stderr: `${answer}: ${message}\n` })
  })

  test("reports a file or URL that cannot be read", async () => {
    const absent = join(scratch, "absent.json")
    expect(await run("init", absent)).toMatchObject({
      stdout: "",
      stderr: `${absent}: cannot be read: no such file\n`
    })
    const refused = await run("init", "http://127.0.0.1:1/stats")
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toMatch(/^http:\/\/127\.0\.0\.1:1\/stats: .+\n$/)
  })
})
