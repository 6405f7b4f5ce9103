import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { parse } from "../../../src/serve/web-config/file.ts"

const problems = (text: string) => Result.getOrElse(Result.flip(parse("web.yml", text)), () => [])

test("takes what exporters take", () => {
  const text = `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example.com]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519]
http_server_config:
  http2: true
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users:
  alice: $2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi
`
  expect(problems(text)).toEqual([])
})

test("takes the example of the documentation", () => {
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(readFileSync("docs/web-config.md", "utf8")) ?? []
  expect(example).toContain("tls_server_config")
  expect(problems(example)).toEqual([])
})

const files = "cert_file: a, key_file: b"

test.each([
  ["client_ca_file: c", "client_ca_file: without client_auth_type no client is asked for a certificate"],
  ["client_ca_file: c, client_auth_type: NoClientCert", "client_ca_file: without client_auth_type no client is asked"],
  ["client_allowed_sans: [x]", "client_allowed_sans: needs client_auth_type RequireAnyClientCert or"],
  [
    "client_allowed_sans: [x], client_ca_file: c, client_auth_type: VerifyClientCertIfGiven",
    "client_allowed_sans: needs client_auth_type RequireAnyClientCert or"
  ],
  ["min_version: TLS13, max_version: TLS12", "max_version: is below min_version, TLS13"],
  ["max_version: TLS11", "max_version: is below min_version, TLS12"]
])("refuses what would pass for protection, or serve nobody: %s", (keys, problem) => {
  const found = problems(`tls_server_config: { ${files}, ${keys} }`)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(`tls_server_config.${problem}`)
})

test("an empty file asks for nothing", () => {
  expect(problems("")).toEqual([])
  expect(problems("# nothing\n")).toEqual([])
})

test("is strict, and says all that is wrong and where", () => {
  const text = `
tls_server_confg: {}
tls_server_config:
  cert_file: server.crt
  min_version: SSL30
http_server_config:
  headers: { X-Powered-By: poller }
basic_auth_users:
  alice: hunter2
`
  expect(problems(text)).toEqual([
    "web.yml:2:1: tls_server_confg: unknown key; did you mean tls_server_config?",
    "web.yml:4:3: tls_server_config.key_file: missing",
    'web.yml:5:16: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13, got "SSL30"',
    "web.yml:7:14: http_server_config.headers.X-Powered-By: unknown key",
    "web.yml:9:10: basic_auth_users.alice: expected a bcrypt hash, as `htpasswd -nBC 10 USER` makes it"
  ])
})
