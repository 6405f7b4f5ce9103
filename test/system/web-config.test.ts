import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { get, type RequestOptions } from "node:https"
import { join } from "node:path"
import type { TLSSocket } from "node:tls"
import { hashSync } from "bcryptjs"
import { describe, expect, onTestFinished, test } from "vitest"
import { makeAuthority } from "../client/certificates.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const authority = makeAuthority()
const ca = readFileSync(authority.caFile)
const server = authority.sign("IP:127.0.0.1")

interface Got {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
  /** The serial number of the server's certificate. */
  readonly serial: string
}

/** One request on a connection of its own. */
const fetchTls = (port: number, path: string, options: RequestOptions = {}) =>
  new Promise<Got>((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, ca, agent: false, ...options }, (response) => {
      const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber
      let body = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk
      })
      response.on("error", reject)
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body, serial }))
    })
    request.on("error", reject)
  })

/** A daemon whose pages are served as `web` says; its files lie in a folder of their own. */
const daemonWith = async (web: string) => {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  copyFileSync(server.certFile, file("server.crt"))
  copyFileSync(server.keyFile, file("server.key"))
  copyFileSync(authority.caFile, file("ca.crt"))
  writeFileSync(file("web.yml"), web)
  const upstream = await startUpstream(json({ depth: 7 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const daemon = await startDaemon(["--target", upstream.url, "--web-config", file("web.yml")])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return Object.assign(daemon, { file })
}

const tls = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n"
const mutual =
  "tls_server_config: { cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert }\n"

describe("TLS", () => {
  test("the pages are served by it alone, from version 1.2 on", async () => {
    const daemon = await daemonWith(tls)
    expect((await fetchTls(daemon.port, "/metrics")).body).toContain("poller_build_info")
    await expect(fetch(`http://127.0.0.1:${daemon.port}/metrics`)).rejects.toThrow()
    await expect(
      fetchTls(daemon.port, "/metrics", { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })
    ).rejects.toThrow()
  })

  test("a certificate is replaced without a restart; a bad one is reported once, and the old one stays in force", async () => {
    const daemon = await daemonWith(tls)
    const before = await fetchTls(daemon.port, "/healthz")
    const next = authority.sign("IP:127.0.0.1")
    copyFileSync(next.keyFile, daemon.file("server.key"))
    await expect
      .poll(
        async () => {
          await fetchTls(daemon.port, "/healthz")
          return daemon.stderr
        },
        { timeout: 10_000, interval: 200 }
      )
      .toMatch(/level=ERROR message="web config not reloaded"/)
    expect((await fetchTls(daemon.port, "/healthz")).serial).toBe(before.serial)
    copyFileSync(next.certFile, daemon.file("server.crt"))
    await expect
      .poll(async () => (await fetchTls(daemon.port, "/healthz")).serial, { timeout: 10_000, interval: 200 })
      .not.toBe(before.serial)
    expect(daemon.stderr.match(/web config not reloaded/g)).toHaveLength(1)
  })

  test("a client certificate is asked for and verified", async () => {
    const daemon = await daemonWith(mutual)
    const client = authority.sign("DNS:prometheus.example.com")
    const good = await fetchTls(daemon.port, "/metrics", { cert: client.cert, key: client.key })
    expect(good.status).toBe(200)
    await expect(fetchTls(daemon.port, "/metrics")).rejects.toThrow()
    const stranger = makeAuthority()
    const unknown = stranger.sign("DNS:prometheus.example.com")
    await expect(fetchTls(daemon.port, "/metrics", { cert: unknown.cert, key: unknown.key })).rejects.toThrow()
  })

  test("only verified clients with an allowed name are accepted", async () => {
    const daemon = await daemonWith(mutual.replace(" }", ", client_allowed_sans: [prometheus.example.com] }"))
    const allowed = authority.sign("DNS:prometheus.example.com")
    expect((await fetchTls(daemon.port, "/metrics", { cert: allowed.cert, key: allowed.key })).status).toBe(200)
    const other = authority.sign("DNS:grafana.example.com")
    await expect(fetchTls(daemon.port, "/metrics", { cert: other.cert, key: other.key })).rejects.toThrow()
  })
})

describe("a client certificate that is refused", () => {
  /** The alert that a TLS 1.3 client gets after its handshake. */
  const alertTo = (port: number, options: RequestOptions) =>
    fetchTls(port, "/metrics", { minVersion: "TLSv1.3", ...options }).then(
      ({ status }) => String(status),
      (error: NodeJS.ErrnoException) => error.code ?? ""
    )

  test.each([
    {
      what: "none",
      sans: "",
      client: undefined,
      code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      line: "no client certificate"
    },
    {
      what: "of a stranger",
      sans: "",
      client: "stranger",
      code: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      line: "not signed by client_ca_file"
    },
    {
      what: "without an allowed name",
      sans: "[x]",
      client: "DNS:y",
      code: "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE",
      line: "none of client_allowed_sans"
    }
  ])("$what: a TLS alert, and a line in the log", async ({ sans, client, code, line }) => {
    const daemon = await daemonWith(sans === "" ? mutual : mutual.replace(" }", `, client_allowed_sans: ${sans} }`))
    const stranger = makeAuthority()
    const certificate =
      client === undefined ? {} : client === "stranger" ? stranger.sign("DNS:x") : authority.sign(client)
    for (const suite of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
      const { cert, key } = certificate as { cert?: string; key?: string }
      const options = { ciphers: suite, ...(cert !== undefined && key !== undefined && { cert, key }) }
      expect([suite, await alertTo(daemon.port, options)]).toEqual([suite, code])
    }
    expect(daemon.stderr).toMatch(new RegExp(`level=WARN message="client refused" client=127.0.0.1 problem=".*${line}`))
    // TLS 1.2 has no alert, and no page either
    const { cert, key } = certificate as { cert?: string; key?: string }
    const old = { maxVersion: "TLSv1.2", ...(cert !== undefined && key !== undefined && { cert, key }) } as const
    await expect(fetchTls(daemon.port, "/metrics", old)).rejects.toThrow()
  })

  test.each([
    ["2001:db8::1", "IP:2001:0DB8:0:0:0:0:0:1"],
    ["2001:DB8:0::1", "IP:2001:db8::1"],
    ["192.0.2.7", "IP:192.0.2.7"],
    ["ops@example.com", "email:ops@example.com"],
    ["spiffe://example.com/a", "URI:spiffe://example.com/a"]
  ])("%s allows %s", async (allowed, name) => {
    const daemon = await daemonWith(mutual.replace(" }", `, client_allowed_sans: ["${allowed}"] }`))
    const { cert, key } = authority.sign(name)
    expect((await fetchTls(daemon.port, "/metrics", { cert, key })).status).toBe(200)
  })

  test("an authority without a certificate in it accepts nobody", async () => {
    const daemon = await daemonWith(mutual.replace("client_ca_file: ca.crt", 'client_ca: "none"'))
    const { cert, key } = authority.sign("DNS:x")
    await expect(fetchTls(daemon.port, "/metrics", { cert, key })).rejects.toThrow()
  })
})

test("min_version: TLS10 serves old clients", async () => {
  const daemon = await daemonWith(tls.replace(" }", ", min_version: TLS10 }"))
  for (const version of ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const) {
    const options = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }
    expect((await fetchTls(daemon.port, "/metrics", options)).status).toBe(200)
  }
})

test("suites of TLS 1.2 leave TLS 1.3 on", async () => {
  const daemon = await daemonWith(tls.replace(" }", ", cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] }"))
  for (const version of ["TLSv1.2", "TLSv1.3"] as const)
    expect((await fetchTls(daemon.port, "/metrics", { minVersion: version, maxVersion: version })).status).toBe(200)
})

test("certificate and key in the file", async () => {
  const indent = (pem: string) => pem.trim().replaceAll(/^/gm, "    ")
  const daemon = await daemonWith(
    `tls_server_config:\n  cert: |\n${indent(server.cert)}\n  key: |\n${indent(server.key)}\n`
  )
  expect((await fetchTls(daemon.port, "/healthz")).status).toBe(200)
})

test("headers are on every page, as Go sends them", async () => {
  const daemon = await daemonWith(
    'http_server_config: { headers: { Content-Security-Policy: "a \u2192 b\\nc", X-XSS-Protection: 1, X-Content-Type-Options: nosniff } }\n'
  )
  for (const path of ["/", "/metrics", "/healthz", "/readyz", "/nope"]) {
    const { headers } = await fetch(daemon.url + path)
    const policy = Buffer.from(headers.get("content-security-policy") ?? "", "latin1").toString("utf8")
    expect([path, policy, headers.get("x-xss-protection"), headers.get("x-content-type-options")]).toEqual([
      path,
      "a \u2192 b c",
      "1",
      "nosniff"
    ])
  }
})

test("a header that cannot be sent is refused at the start, and when the file is read again", async () => {
  const bad = 'http_server_config: { headers: { Content-Security-Policy: "a\\u0001b" } }\n'
  const daemon = await daemonWith("{}")
  writeFileSync(daemon.file("web.yml"), bad)
  await daemon.line(/level=ERROR message="web config not reloaded" problem=".*:1:59: .*without control characters/)
  expect((await fetch(`${daemon.url}/metrics`)).status).toBe(200)
  const { code } = await new Program(["--target", "http://127.0.0.1:1/", "--web-config", daemon.file("web.yml")]).ended
  expect(code).toBe(78)
})

test("a rate limit holds for all pages but those of probes", async () => {
  const daemon = await daemonWith("rate_limit: { interval: 1h, burst: 3 }\n")
  const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(daemon.url)).status))
  expect(statuses.toSorted()).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429])
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
})

test("nosniff is on every page", async () => {
  const daemon = await daemonWith("{}")
  for (const path of ["/", "/metrics", "/metrics?x", "/healthz", "/readyz", "/nope", "/targets/nope"])
    expect([path, (await fetch(daemon.url + path)).headers.get("x-content-type-options")]).toEqual([path, "nosniff"])
})

test.each([
  ["basic_auth_users: {}\n", 200],
  ["", 200]
])("no users, no password: %j", async (web, status) => {
  const daemon = await daemonWith(web)
  expect((await fetch(`${daemon.url}/metrics`)).status).toBe(status)
})

describe("passwords and headers", () => {
  const web = (password: string) =>
    `basic_auth_users: { alice: "${hashSync(password, 4)}" }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`
  const as = (credentials: string) => ({ headers: { authorization: `Basic ${btoa(credentials)}` } })

  test("every page but /healthz and /readyz needs a password; 401 names a realm", async () => {
    const daemon = await daemonWith(web("sesame"))
    for (const path of ["/", "/metrics", "/targets/x", "/nope"]) {
      const refused = await fetch(daemon.url + path)
      expect([path, refused.status, refused.headers.get("www-authenticate")]).toEqual([
        path,
        401,
        'Basic realm="poller", charset="UTF-8"'
      ])
      expect(await refused.text()).toBe("a user and a password are needed\n")
    }
    expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${daemon.url}/readyz`)).status).toBeLessThan(504)
    expect((await fetch(`${daemon.url}/metrics`, as("alice:wrong"))).status).toBe(401)
    const welcome = await fetch(`${daemon.url}/metrics`, as("alice:sesame"))
    expect([welcome.status, welcome.headers.get("x-frame-options")]).toEqual([200, "deny"])
  })

  test("a new password is in force without a restart", async () => {
    const daemon = await daemonWith(web("sesame"))
    expect((await fetch(`${daemon.url}/metrics`, as("alice:sesame"))).status).toBe(200)
    writeFileSync(daemon.file("web.yml"), web("open"))
    await expect
      .poll(async () => (await fetch(`${daemon.url}/metrics`, as("alice:open"))).status, {
        timeout: 10_000,
        interval: 200
      })
      .toBe(200)
    expect((await fetch(`${daemon.url}/metrics`, as("alice:sesame"))).status).toBe(401)
  })
})

test("a start with a bad file fails with a line for each problem, and exit status 78", async () => {
  const folder = temporaryFolder()
  const file = join(folder, "web.yml")
  writeFileSync(file, "tls_server_config: { cert_file: server.crt }\nbasic_auth_user: {}\n")
  const { code, stderr } = await new Program(["--target", "http://127.0.0.1:1/", "--web-config", file]).ended
  expect(stderr.trimEnd().split("\n")).toEqual([
    `${file}:1:20: tls_server_config.key_file: missing`,
    `${file}:2:1: basic_auth_user: unknown key; did you mean basic_auth_users?`
  ])
  expect(code).toBe(78)
})
