import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Duration from "effect/Duration"
import { expect, onTestFinished, test } from "vitest"
import { get } from "../../src/client/request.ts"
import { freePort } from "../free-port.ts"
import { isMissing } from "../system/counterpart.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { openExchange, resultText } from "./target-exchange.ts"

const apache = "/usr/sbin/apache2"
const modules = "/usr/lib/apache2/modules"
const noApache = isMissing({ name: "apache2", probe: [apache, "-v"], install: "apt-get install apache2-bin" })

/** Starts Apache with mod_auth_digest. A nonce is valid for `lifetime` seconds. */
const startApache = async (lifetime: number) => {
  const folder = temporaryFolder()
  const port = await freePort()
  const digest = createHash("md5").update("ada:plug:hunter2").digest("hex")
  writeFileSync(join(folder, "users"), `ada:plug:${digest}\n`)
  mkdirSync(join(folder, "www"))
  writeFileSync(join(folder, "www/stats.json"), '{"a":1}')
  const names = ["mpm_event", "authn_core", "authz_core", "authz_user", "authn_file", "auth_digest"]
  writeFileSync(
    join(folder, "httpd.conf"),
    [
      ...names
        .filter((name) => existsSync(join(modules, `mod_${name}.so`)))
        .map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
      `ServerRoot ${folder}`,
      "ServerName localhost",
      `Listen 127.0.0.1:${port}`,
      `PidFile ${folder}/pid`,
      `ErrorLog ${folder}/error.log`,
      `DefaultRuntimeDir ${folder}`,
      "Mutex fcntl",
      ...(process.getuid?.() === 0 ? ["User www-data", "Group www-data"] : []),
      `DocumentRoot ${folder}/www`,
      `<Directory ${folder}/www>`,
      "AuthType Digest",
      "AuthName plug",
      `AuthUserFile ${folder}/users`,
      `AuthDigestNonceLifetime ${lifetime}`,
      "Require valid-user",
      "</Directory>"
    ].join("\n")
  )
  execFileSync("chmod", ["-R", "a+rX", folder])
  const child = spawn(apache, ["-f", join(folder, "httpd.conf"), "-DFOREGROUND"], { stdio: "inherit" })
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once("close", resolve))
    child.kill("SIGTERM")
    await ended
  })
  const url = new URL(`http://127.0.0.1:${port}/stats.json?x=1`)
  await expect
    .poll(
      () =>
        fetch(url).then(
          ({ status }) => status,
          () => 0
        ),
      { timeout: 20_000 }
    )
    .toBe(401)
  return { url, folder }
}

test.skipIf(noApache)(
  "Apache's mod_auth_digest accepts poller, also when its nonce is stale, and refuses a wrong password",
  async () => {
    const { url, folder } = await startApache(1)
    const request = (password: string) => {
      const path = join(folder, password)
      writeFileSync(path, password)
      return {
        ...get(url, Duration.seconds(10)),
        auth: { _tag: "Digest", username: "ada", password: { path } } as const
      }
    }
    const poll = await openExchange(request("hunter2"))
    for (let i = 0; i < 5; i++) expect(resultText(await poll())).toBe('{"a":1}')
    // longer than the lifetime of the nonce: Apache answers with stale=true
    await new Promise((resolve) => setTimeout(resolve, 1500))
    for (let i = 0; i < 5; i++) expect(resultText(await poll())).toBe('{"a":1}')
    expect(resultText(await (await openExchange(request("wrong")))())).toBe("status: status 401")
  }
)
