import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import type { Sbom } from "../../deploy/sbom.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const root = join(import.meta.dirname, "../..")
const binary = join(root, "dist/poller")
const bundle = join(root, "dist/poller.js")

/** Part of the environment of the build, which must not get into the executable. */
const secret = "the-token-of-some-registry"

beforeAll(() => {
  const env = { ...process.env, TOKEN: secret }
  execFileSync(process.execPath, ["deploy/build-executable.ts"], { cwd: root, env, stdio: "pipe" })
}, 120_000)

describe("the single executable", () => {
  /** A root folder with only the executable and the libraries that ldd names: no node, no modules, no shell. */
  const bare = temporaryFolder()

  beforeAll(() => {
    const libraries = execFileSync("ldd", [binary], { encoding: "utf8" }).match(/\/\S+/g) ?? []
    for (const file of libraries) {
      mkdirSync(join(bare, dirname(file)), { recursive: true })
      copyFileSync(file, join(bare, file))
    }
    copyFileSync(binary, join(bare, "poller"))
  })

  const skip = process.getuid?.() === 0 ? false : "chroot needs root: sudo npm test"

  test.skipIf(skip)(
    `polls and serves in a root with only libc and other system libraries${skip ? ` (${skip})` : ""}`,
    async () => {
      const upstream = await startUpstream(json({ queue: { depth: 7 } }))
      onTestFinished(() => upstream[Symbol.asyncDispose]())
      const args = [bare, "/poller", "-addr", "127.0.0.1:0", "-target", `${upstream.url}/api`]
      const program = new Program(args, { command: "chroot" })
      onTestFinished(() => void program.child.kill("SIGKILL"))
      const [, port] = await program.line(/address=127\.0\.0\.1:(\d+)/)
      await upstream.request(1)
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
        .toContain("\nupstream_queue_depth 7\n")
      const { code, stderr } = await program.stop()
      expect(code).toBe(0)
      expect(stderr).not.toMatch(/warning/i)
    }
  )

  test("converts large responses in a worker", async () => {
    const items = Array.from({ length: 60_000 }, (_, index) => ({ id: `item-${index}`, state: "a".repeat(64) }))
    const upstream = await startUpstream(json({ items, queue: { depth: 7 } }))
    onTestFinished(() => upstream[Symbol.asyncDispose]())
    const args = ["run", "--addr", "127.0.0.1:0", "--target", `${upstream.url}/api`]
    const program = new Program(args, { command: binary })
    onTestFinished(() => void program.child.kill("SIGKILL"))
    const [, port] = await program.line(/address=127\.0\.0\.1:(\d+)/)
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), { timeout: 10_000 })
      .toContain("\nupstream_queue_depth 7\n")
    expect((await program.stop()).code).toBe(0)
  })

  test("prints nothing on stderr", () => {
    const version = execFileSync(binary, ["--version"], { encoding: "utf8", stdio: "pipe" })
    expect(version).toMatch(/^poller \d+\.\d+\.\d+ \(commit [0-9a-f]{12}(\+changes)?, Node 26\.\d+\.\d+\)\n$/)
  })
})

test("the same commit makes the same bundle, byte for byte, and the same bill of materials", () => {
  const again = join(temporaryFolder(), "poller.js")
  execFileSync("rolldown", ["--config", "rolldown.config.ts", "--file", again], { cwd: root, stdio: "pipe" })
  for (const suffix of ["", ".cdx.json"]) {
    expect(readFileSync(`${again}${suffix}`).equals(readFileSync(`${bundle}${suffix}`)), suffix).toBe(true)
  }
})

test.each(["poller.js", "poller.js.cdx.json", "poller.js.licences.txt", "poller.cdx.json", "poller.licences.txt"])(
  "dist/%s names no folder of the machine that built it",
  (file) => {
    const text = readFileSync(join(root, "dist", file), "utf8")
    for (const folder of [root, tmpdir()]) expect(text.includes(folder), folder).toBe(false)
  }
)

test("the snapshot in dist/poller contains neither the project's folder nor the environment of the build", () => {
  const content = readFileSync(binary)
  for (const text of [root, secret, process.env.PATH ?? secret]) expect(content.includes(text), text).toBe(false)
})

describe("the bill of materials", () => {
  const read = (file: string): Sbom => JSON.parse(readFileSync(`${file}.cdx.json`, "utf8"))
  const names = ({ components }: Sbom) => components.map(({ name }) => name)

  test("is of this bundle", () => {
    const content = createHash("sha256").update(readFileSync(bundle)).digest("hex")
    expect(read(bundle).metadata.component).toMatchObject({ name: "poller", hashes: [{ alg: "SHA-256", content }] })
  })

  test("has what the sources import, and nothing that only builds or tests", () => {
    const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    const imported = sources
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [
        ...readFileSync(join(root, "src", file), "utf8").matchAll(/ from "((?:@[\w-]+\/)?[\w-]+)[/"]/g)
      ])
      .map(([, name]) => name)
    expect(names(read(bundle))).toEqual(expect.arrayContaining([...new Set(imported)]))
    for (const tool of ["vitest", "rolldown", "typescript", "undici", "redis"]) {
      expect(names(read(bundle))).not.toContain(tool)
    }
  })

  test("has a licence and a checksum for each package, and links to nothing that it does not have", () => {
    const { metadata, components, dependencies } = read(bundle)
    for (const { name, licenses, hashes } of components) {
      expect(licenses, name).toEqual([{ license: { id: expect.stringMatching(/^[\w.-]+$/) } }])
      expect(hashes, name).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }])
    }
    const refs = new Set([metadata.component, ...components].map((component) => component["bom-ref"]))
    for (const { ref, dependsOn } of dependencies) for (const name of [ref, ...dependsOn]) expect(refs).toContain(name)
  })

  test("of the executable has Node and its libraries as well", () => {
    const sbom = read(binary)
    expect(names(sbom)).toEqual([...names(read(bundle)), "node"])
    const node = sbom.components.at(-1)
    expect(node?.version).toBe(process.versions.node)
    expect(node?.components).toContainEqual(
      expect.objectContaining({ name: "openssl", version: process.versions.openssl })
    )
  })
})

describe("the licences", () => {
  const read = (file: string) => readFileSync(`${file}.licences.txt`, "utf8")
  const { components }: Sbom = JSON.parse(readFileSync(`${bundle}.cdx.json`, "utf8"))

  test.each(["poller", ...components.map(({ name, version }) => `${name} ${version}`)])("have that of %s", (name) => {
    expect(read(bundle)).toMatch(name === "poller" ? /^MIT License\n/ : `\n${"-".repeat(80)}\n\n${name}\n\n`)
  })

  test("of the executable have that of Node as well", () => {
    expect(read(binary).startsWith(read(bundle).trimEnd())).toBe(true)
    expect(read(binary)).toContain(`\nNode.js ${process.versions.node}\n\nNode.js is licensed`)
  })
})
