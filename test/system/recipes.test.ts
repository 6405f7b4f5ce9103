import { once } from "node:events"
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { makeAuthority } from "../client/certificates.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program } from "./program.ts"
import { type Device, devices } from "./recipe-devices.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/requests.md"), "utf8")
const recipes = new Map(
  [...page.matchAll(/^### ([^\n]+)\n(?:(?!^###? )[\s\S])*?^```yaml\n([\s\S]*?)^```$/gm)].map(
    ([, heading = "", yaml = ""]) => [heading, yaml]
  )
)

const authority = makeAuthority()

/** Serves a device by HTTP, by HTTPS and at a unix socket. Returns the URLs. */
const serve = async (device: Device, socket: string) => {
  const { key, cert } = authority.sign("IP:127.0.0.1")
  const servers = [
    createServer(device.answer),
    https.createServer({ key, cert }, device.answer),
    createServer(device.answer)
  ]
  for (const [index, server] of servers.entries()) {
    if (index === 2) server.listen(socket)
    else server.listen(0, "127.0.0.1")
    await once(server, "listening")
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
  }
  const [plain, secure] = servers.map((server) => (server.address() as AddressInfo).port)
  return { http: `http://127.0.0.1:${plain}`, https: `https://127.0.0.1:${secure}` }
}

test("docs/requests.md has a recipe for each device here, and no other", () => {
  expect([...recipes.keys()]).toEqual(Object.keys(devices))
})

describe.each(Object.entries(devices))("the recipe %s", (heading, make) => {
  /** The recipe as it is printed, with the addresses of the servers of the test. */
  const written = async (device: Device, change: Readonly<Record<string, string>> = {}) => {
    const folder = temporaryFolder()
    const socket = join(folder, "docker.sock")
    const urls = await serve(device, socket)
    const recipe = recipes.get(heading) ?? ""
    const authorities = [...recipe.matchAll(/ca_file: ([\w.-]+)/g)].map(([, name = ""]) => name)
    for (const name of authorities) copyFileSync(authority.caFile, join(folder, name))
    for (const [name, secret] of Object.entries({ ...device.secrets, ...change }))
      writeFileSync(join(folder, name), secret)
    // a recipe that names no authority has a certificate that everybody trusts: it is served without TLS here
    const local = (origin: string) => (origin.startsWith("https:") && authorities.length > 0 ? urls.https : urls.http)
    const text = device.origins.reduce((text, origin) => text.replaceAll(origin, local(origin)), recipe)
    const file = join(folder, "poller.yml")
    writeFileSync(file, text.replaceAll("/run/docker.sock", socket))
    return file
  }

  test("passes check --strict, gives its series, and leaves no session behind", async () => {
    const device = make()
    const file = await written(device)
    const check = await new Program(["check", "--strict", file]).ended
    expect(check).toMatchObject({ code: 0 })
    const { code, stdout, stderr } = await new Program(["once", "--config", file]).ended
    expect([code, stderr]).toEqual([0, ""])
    const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    expect(lines.toSorted()).toEqual(device.series.toSorted())
    expect(device.sessions?.() ?? 0).toBe(0)
    for (const secret of Object.values(device.secrets))
      expect(`${stdout}${stderr}${check.stderr}`).not.toContain(secret)
  })

  test("with a wrong secret prints one line for each target, without the secret", async () => {
    const device = make()
    const names = Object.keys(device.secrets)
    if (names.length === 0) return
    const wrong = Object.fromEntries(names.map((name) => [name, "hunter2"]))
    const { code, stdout, stderr } = await new Program(["once", "--config", await written(device, wrong)]).ended
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr.trimEnd().split("\n")).toHaveLength((recipes.get(heading) ?? "").match(/^ {2}- name:/gm)?.length ?? 0)
    expect(stderr).toMatch(/^\S+: (login: login|status: status) /m)
    expect(stderr).not.toContain("hunter2")
  })
})
