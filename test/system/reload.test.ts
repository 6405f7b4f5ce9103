import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import * as http from "node:http"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { hashSync } from "bcryptjs"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"

/** A configuration of targets that nobody serves. */
const configuration = (...names: ReadonlyArray<string>) =>
  JSON.stringify({
    defaults: { interval: "2s", timeout: "1s" },
    targets: names.map((name) => ({
      name,
      url: "http://127.0.0.1:1/",
      metrics: { [`${name}_up`]: { value: "up", help: "Up." } }
    }))
  })

const start = async (...args: ReadonlyArray<string>) => {
  const daemon = await startDaemon(args)
  onTestFinished(() => daemon.stop("SIGKILL").then(() => undefined))
  return daemon
}

const eventually = <A>(now: () => A | Promise<A>) => expect.poll(now, { timeout: 10_000 })

const targetsOf = async ({ url }: { readonly url: string }) =>
  [...(await scrape(url)).keys()].flatMap((series) => /^poll_up\{target="(.*)"\}/.exec(series)?.[1] ?? []).sort()

const reloads = ({ stderr }: Program) => stderr.match(/message=reloaded|reload failed/g) ?? []

describe("--watch-config", () => {
  test("reloads after a write, a rename, and a new file in a directory, but not after a touch", async () => {
    const folder = temporaryFolder()
    const config = join(folder, "a.yml")
    writeFileSync(config, configuration("a"))
    const daemon = await start("--watch-config", "--config", folder)
    writeFileSync(config, configuration("a", "b"))
    await eventually(() => targetsOf(daemon)).toEqual(["a", "b"])

    writeFileSync(join(folder, ".a.yml.new"), configuration("a", "c"))
    renameSync(join(folder, ".a.yml.new"), config)
    await eventually(() => targetsOf(daemon)).toEqual(["a", "c"])

    writeFileSync(join(folder, "b.yml"), JSON.stringify({ targets: JSON.parse(configuration("d")).targets }))
    await eventually(() => targetsOf(daemon)).toEqual(["a", "c", "d"])

    rmSync(join(folder, "b.yml"))
    await eventually(() => targetsOf(daemon)).toEqual(["a", "c"])
    expect(reloads(daemon)).toHaveLength(4)

    const now = new Date(Date.now() + 5000)
    utimesSync(config, now, now)
    writeFileSync(join(folder, "notes.txt"), "no configuration")
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(reloads(daemon)).toHaveLength(4)
  })

  test("reloads when Kubernetes replaces a ConfigMap", async () => {
    const folder = temporaryFolder()
    const version = (name: string, content: string) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, "poller.yml"), content)
      symlinkSync(name, join(folder, "..data_tmp"))
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"))
    }
    version("..2026_1", configuration("a"))
    symlinkSync("..data/poller.yml", join(folder, "poller.yml"))
    const daemon = await start("--watch-config", "--config", join(folder, "poller.yml"))
    version("..2026_2", configuration("b"))
    rmSync(join(folder, "..2026_1"), { recursive: true })
    await eventually(() => targetsOf(daemon)).toEqual(["b"])
    expect(reloads(daemon)).toHaveLength(1)
  })

  test("waits until the writes have ended, and keeps the old configuration if the new one is bad", async () => {
    const folder = temporaryFolder()
    const config = join(folder, "poller.yml")
    writeFileSync(config, configuration("a"))
    const daemon = await start("--watch-config", "--config", config)
    const text = configuration("b", "c")
    for (let length = 0; length <= text.length; length += Math.ceil(text.length / 8)) {
      writeFileSync(config, text.slice(0, length))
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    writeFileSync(config, text)
    await eventually(() => targetsOf(daemon)).toEqual(["b", "c"])
    expect(reloads(daemon)).toEqual(["message=reloaded"])

    writeFileSync(config, text.slice(0, -10))
    await daemon.line(/reload failed/)
    expect(await targetsOf(daemon)).toEqual(["b", "c"])
    expect((await scrape(daemon.url)).get("poller_config_last_reload_successful")).toBe(0)
    rmSync(config)
    await daemon.line(/reload failed.*no such file/)
    writeFileSync(config, text)
    await eventually(async () => (await scrape(daemon.url)).get("poller_config_last_reload_successful")).toBe(1)
  })

  test("needs a file", async () => {
    expect(await new Program(["run", "--watch-config", "--target", "http://127.0.0.1:1/"]).ended).toMatchObject({
      code: 78,
      stderr: "--watch-config: there is no file to watch\n"
    })
  })
})

describe("POST /-/reload", () => {
  const post = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}/-/reload`, { method: "POST", ...init })
    return [response.status, await response.text()] as const
  }

  test("reloads, and responds after the reload, or with the problems", async () => {
    const config = join(temporaryFolder(), "poller.yml")
    writeFileSync(config, configuration("a"))
    const daemon = await start("--config", config)
    writeFileSync(config, configuration("b"))
    expect(await post(daemon.url)).toEqual([200, "reloaded\n"])
    expect(await targetsOf(daemon)).toEqual(["b"])

    writeFileSync(config, '{"targets": [{"name": "c"}]}')
    expect(await post(daemon.url)).toEqual([400, `${config}:1:14: targets[0].url: missing\n`])
    expect(await targetsOf(daemon)).toEqual(["b"])
    expect((await scrape(daemon.url)).get("poller_config_last_reload_successful")).toBe(0)

    const response = await fetch(`${daemon.url}/-/reload`)
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"])
    expect((await post(daemon.url, { headers: { origin: "http://evil.example.com" } }))[0]).toBe(403)
  })

  test("is only for this machine, or for users with a password", async (context) => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((found) => found?.family === "IPv4" && !found.internal)?.address
    if (address === undefined) return context.skip("this machine has loopback addresses only")
    const folder = temporaryFolder()
    const [config, web] = [join(folder, "poller.yml"), join(folder, "web.yml")]
    writeFileSync(config, configuration("a"))
    writeFileSync(web, `basic_auth_users: { ada: "${hashSync("hush", 4)}" }\n`)
    const fromOutside = (port: number, auth?: string) =>
      new Promise<number | undefined>((resolve, reject) =>
        http
          .request(
            { host: "127.0.0.1", localAddress: address, port, path: "/-/reload", method: "POST", auth },
            (response) => resolve(response.resume().statusCode)
          )
          .on("error", reject)
          .end()
      )
    const open = await start("--config", config)
    expect(await fromOutside(open.port)).toBe(403)
    const guarded = await start("--config", config, "--web-config", web)
    expect(await fromOutside(guarded.port)).toBe(401)
    expect(await fromOutside(guarded.port, "ada:hush")).toBe(200)
  })
})

test("a missing secret fails only its own target, after a reload and after a start", async () => {
  const folder = temporaryFolder()
  const config = join(folder, "poller.yml")
  const targets = JSON.parse(configuration("a", "b")).targets
  const withSecret = [targets[0], { ...targets[1], auth: { bearer_token_file: "none" } }]
  writeFileSync(config, JSON.stringify({ defaults: { interval: "1s", timeout: "1s" }, targets }))
  const daemon = await start("--config", config)
  writeFileSync(config, JSON.stringify({ defaults: { interval: "1s", timeout: "1s" }, targets: withSecret }))
  daemon.child.kill("SIGHUP")
  await daemon.line(/target down.* target=b .*cannot read .*\/none: no such file/)
  expect(await targetsOf(daemon)).toEqual(["a", "b"])

  const again = await start("--config", config)
  await again.line(/target down.* target=b .*cannot read .*\/none: no such file/)
  expect(await targetsOf(again)).toEqual(["a", "b"])

  const once = await new Program(["once", "--config", config, "--only", "b"]).ended
  expect(once.stderr).toMatch(/^b: credential: cannot read .*none: no such file; .* set CREDENTIALS_DIRECTORY=/)
})
