import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { noOpenssl } from "../client/certificates.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"

const healthcheck = async (...args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await new Program(["healthcheck", ...args]).ended
  return { code, stdout, stderr }
}

const daemonThat = async (answer: RequestListener) => {
  const server = createServer(answer).listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test("a healthy daemon: exit 0, no output", async () => {
  const daemon = await startDaemon(["--target", "http://127.0.0.1:1/"])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  expect(await healthcheck("--addr", `127.0.0.1:${daemon.port}`)).toEqual({ code: 0, stdout: "", stderr: "" })
})

test.skipIf(noOpenssl)("over TLS and with passwords, according to its web config", async () => {
  const directory = temporaryFolder()
  const certificate = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=shop -keyout key -out crt"
  execFileSync("openssl", certificate.split(" "), { cwd: directory, stdio: "pipe" })
  const webConfig = join(directory, "web.yml")
  const hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
  writeFileSync(webConfig, `tls_server_config: { cert_file: crt, key_file: key }\nbasic_auth_users: { ada: ${hash} }\n`)
  const daemon = await startDaemon(["--target", "http://127.0.0.1:1/", "--web-config", webConfig])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))

  const address = `127.0.0.1:${daemon.port}`
  expect(await healthcheck("--addr", address, "--web-config", webConfig)).toMatchObject({ code: 0, stderr: "" })
  expect(await healthcheck("--addr", address)).toMatchObject({ code: 1 })
})

test("an unhealthy daemon: exit 1, and the text of /healthz", async () => {
  const address = await daemonThat((_, response) =>
    response.writeHead(503).end("the poll loop of a does not tick\nthe poll loop of b does not tick\n")
  )
  expect(await healthcheck("--addr", address)).toEqual({
    code: 1,
    stdout: "",
    stderr: `http://${address}/healthz: status 503, the poll loop of a does not tick, the poll loop of b does not tick\n`
  })
})

test("a blocked daemon: exit 1 after 5 seconds", async () => {
  const address = await daemonThat(() => {})
  expect(await healthcheck("--addr", address)).toMatchObject({
    code: 1,
    stderr: `http://${address}/healthz: no response in 5 seconds\n`
  })
})

test("no daemon: exit 1", async () => {
  expect(await healthcheck("--addr", "127.0.0.1:1")).toMatchObject({
    code: 1,
    stderr: "http://127.0.0.1:1/healthz: connect ECONNREFUSED 127.0.0.1:1\n"
  })
})
