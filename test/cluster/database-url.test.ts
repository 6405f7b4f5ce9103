import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseDatabaseUrl } from "../../src/cluster/database-url.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const settings = (url: string) => {
  const parsed = parseDatabaseUrl(url)
  if ("problem" in parsed) throw new Error(parsed.problem)
  return parsed
}

test.each([
  ["postgres://poller@db.example.com/poller", "poller@db.example.com/poller"],
  ["postgresql://db.example.com:5433/poller?user=poller", "poller@db.example.com:5433/poller"],
  ["postgres:///poller?host=/run/postgresql", "/run/postgresql/poller"],
  ["postgres://poller@[::1]/poller", "poller@[::1]/poller"]
])("%s is %s", (url, shown) => {
  expect(settings(url)).toMatchObject({ shown })
  expect(settings(url).tls()).toBe(false)
})

test("sslmode and sslrootcert mean the same as for libpq", () => {
  const folder = temporaryFolder()
  const ca = join(folder, "ca.pem")
  writeFileSync(ca, "authority")
  const tls = (query: string) => settings(`postgres://db/poller?${query}`).tls()
  expect(tls("sslmode=disable")).toBe(false)
  expect(tls("sslmode=require")).toMatchObject({ rejectUnauthorized: false })
  expect(tls(`sslmode=require&sslrootcert=${ca}`)).toMatchObject({
    rejectUnauthorized: true,
    ca: Buffer.from("authority")
  })
  expect(tls("sslmode=verify-ca")).toMatchObject({
    rejectUnauthorized: true,
    checkServerIdentity: expect.any(Function)
  })
  expect(tls("sslmode=verify-full")).not.toHaveProperty("checkServerIdentity")
  expect(settings("postgres://db/poller?sslmode=require&connect_timeout=3").url).toBe(
    "postgres://db/poller?connect_timeout=3"
  )
})

test.each([
  ["db.example.com", /^expected a URL such as postgres:/],
  ["mysql://db/poller", /^expected a URL/],
  ["postgres://poller:hush@db/poller", /--cluster-password-file/],
  ["postgres://db/poller?password=hush", /--cluster-password-file/],
  ["postgres://db/poller?sslmode=prefer", /^sslmode=prefer: expected disable, require, verify-ca, verify-full$/],
  ["postgres://db/poller?sslrootcert=ca.pem", /^certificates need sslmode=/],
  ["postgres://db/poller?sslmodus=require", /^unknown parameter sslmodus; known are host, /]
])("%s is refused, and the message does not show a password", (url, problem) => {
  const parsed = parseDatabaseUrl(url)
  expect(parsed).toEqual({ problem: expect.stringMatching(problem) })
  expect(JSON.stringify(parsed)).not.toContain("hush")
})
