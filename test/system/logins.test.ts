import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { startIdentityProvider, startSessionServer, startTokenServer } from "./login-servers.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"

/** Writes files with secrets and a configuration beside them. Returns the path of the configuration. */
const written = (configuration: object, secrets: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder()
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(join(folder, name), `${secret}\n`)
  const file = join(folder, "poller.yml")
  writeFileSync(file, JSON.stringify(configuration))
  return file
}

const started = <A extends { readonly close: () => void }>(server: A): A => {
  onTestFinished(server.close)
  return server
}

const run = async (file: string) => {
  const daemon = await startDaemon(["--config", file])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const names = ["a", "b", "c"]
const targets = (settings: object) =>
  names.map((name) => ({ name, interval: "2s", timeout: "2s", labels: { target: name }, ...settings }))

/** Good and failed polls so far. */
const polls = async (url: string) => {
  const samples = await scrape(url)
  const sum = (metric: string) =>
    [...samples].reduce((total, [name, value]) => (name.startsWith(`${metric}{`) ? total + value : total), 0)
  return { all: sum("polls_total"), failed: sum("poll_errors_total"), up: sum("poll_up") }
}

describe("a session cookie of express-session", () => {
  const configurationOf = (url: string, more: object = {}) => ({
    logins: {
      app: { url: `${url}/login`, form: { user: "ada", password: { file: "password" } }, logout: "/logout", ...more }
    },
    targets: targets({ url: `${url}/stats.json`, login: "app" })
  })

  test("is shared by three targets, replaced without a failed poll when the server forgets it, and closed at the end", async () => {
    const server = started(await startSessionServer(60_000))
    const daemon = await run(written(configurationOf(server.url), { password: "swordfish" }))
    await expect.poll(async () => (await polls(daemon.url)).up, { timeout: 10_000 }).toBe(3)
    expect([server.counts.logins, await server.sessions()], daemon.stderr).toEqual([1, 1])
    await server.forget()
    await expect.poll(() => server.counts.logins, { timeout: 10_000 }).toBe(2)
    const { all } = await polls(daemon.url)
    await expect.poll(async () => (await polls(daemon.url)).all, { timeout: 10_000 }).toBeGreaterThan(all + 3)
    expect(await polls(daemon.url)).toMatchObject({ failed: 0, up: 3 })
    expect([server.counts.logins, await server.sessions()]).toEqual([2, 1])
    expect((await daemon.stop()).code).toBe(0)
    expect(await server.sessions()).toBe(0)
  })

  test("is replaced in time with `renew`, so that the server never sees an old one", async () => {
    const server = started(await startSessionServer(60_000))
    const daemon = await run(written(configurationOf(server.url, { renew: "2s" }), { password: "swordfish" }))
    await expect.poll(() => server.counts.logins, { timeout: 20_000 }).toBeGreaterThan(2)
    expect(await polls(daemon.url)).toMatchObject({ failed: 0 })
    expect(server.counts.refusals).toBe(0)
  })

  test("of `once` is closed as well", async () => {
    const server = started(await startSessionServer(60_000))
    const file = written(configurationOf(server.url), { password: "swordfish" })
    expect(await new Program(["once", "--config", file]).ended).toMatchObject({ code: 0, stderr: "" })
    expect([server.counts.logins, await server.sessions()]).toEqual([1, 0])
  })
})

test("a JSON Web Token is renewed before its exp, so that no poll fails and the server never sees an old one", async () => {
  const server = started(await startTokenServer(8))
  const daemon = await run(
    written(
      {
        logins: {
          api: {
            url: `${server.url}/api/login`,
            json: { user: "ada", password: { file: "password" } },
            take: { token: "$.data.token" },
            give: { headers: { Authorization: "Bearer {token}" } }
          }
        },
        targets: targets({ url: `${server.url}/api/stats`, login: "api" })
      },
      { password: "swordfish" }
    )
  )
  await expect.poll(() => server.counts.logins, { timeout: 25_000 }).toBe(2)
  await expect.poll(async () => (await polls(daemon.url)).up).toBe(3)
  expect(await polls(daemon.url)).toMatchObject({ failed: 0 })
  expect(server.counts).toEqual({ logins: 2, refusals: 0 })
})

describe("a token of an OAuth 2.0 server (oidc-provider)", () => {
  const grants: Readonly<Record<string, object>> = {
    "client credentials, with a resource": {
      client_id: "poller",
      client_secret_file: "secret",
      scopes: ["read"],
      params: { resource: "https://orders.test/" }
    },
    "password, with an audience": {
      client_id: "ui",
      grant: "password",
      username: "ada",
      password_file: "password",
      params: { audience: "https://orders.test/" }
    }
  }
  const secrets = { secret: "s3 c:ret", password: "swordfish" }
  const configurationOf = (issuer: string, api: string, grant: object) => ({
    targets: [
      {
        name: "orders",
        url: api,
        interval: "2s",
        timeout: "2s",
        auth: { oauth2: { token_url: `${issuer}/token`, ...grant } }
      }
    ]
  })

  test.each(Object.entries(grants))("of the grant %s is for its API, and is kept", async (_name, grant) => {
    const { issuer, api, counts, close } = await startIdentityProvider(60)
    onTestFinished(close)
    const daemon = await run(written(configurationOf(issuer, api, grant), secrets))
    await expect.poll(async () => (await polls(daemon.url)).all, { timeout: 20_000 }).toBeGreaterThan(1)
    expect(await polls(daemon.url)).toMatchObject({ failed: 0 })
    expect(counts).toEqual({ tokens: 1, refusals: 0 })
  })

  test.each<[string, object, object, string]>([
    ["for another API", { params: { audience: "https://other.test/" } }, secrets, "status: status 401"],
    [
      "without the right password",
      {},
      { ...secrets, password: "hunter2" },
      "status: status 400: from the token endpoint: invalid_grant"
    ]
  ])("%s is refused, and one line says by whom", async (_name, change, files, message) => {
    const { issuer, api, close } = await startIdentityProvider(60)
    onTestFinished(close)
    const grant = { ...grants["password, with an audience"], ...change }
    const file = written(configurationOf(issuer, api, grant), files as Record<string, string>)
    const { code, stderr } = await new Program(["once", "--config", file]).ended
    expect([code, stderr]).toEqual([1, `orders: ${message}\n`])
  })
})
