import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { emulators } from "../../deploy/platform.ts"
import pkg from "../../package.json" with { type: "json" }
import { json, startUpstream } from "../system/test-upstream.ts"

/* What `npm run release` made, tried as its users do. `npm run test:release` makes it first. */

const root = join(import.meta.dirname, "../..")
const release = join(root, "dist/release")
const name = `poller-${pkg.version}`
const folder = mkdtempSync(join(tmpdir(), "poller-release-"))
afterAll(() => rmSync(folder, { recursive: true }))

const output = (command: string, ...args: ReadonlyArray<string>) =>
  execFileSync(command, args, { cwd: release, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

test("has every file, and the sum of each", () => {
  const sums = readFileSync(join(release, "SHA256SUMS"), "utf8")
  const listed = [...sums.matchAll(/ {2}(.*)\n/g)].map(([, file]) => file)
  expect([...listed, "SHA256SUMS"].sort()).toEqual(readdirSync(release).sort())
  for (const file of [
    `${name}.js`,
    `${name}.tgz`,
    `${name}-linux-amd64`,
    `${name}-linux-arm64`,
    `poller_${pkg.version}_amd64.deb`,
    `poller_${pkg.version}_arm64.deb`,
    `${name}-image-amd64.tar`
  ])
    expect(listed).toContain(file)
  output("sha256sum", "--check", "--quiet", "SHA256SUMS")
})

/** Polls and scrapes once with a program, then ends it; true for a program that says what it should at each step. */
const poll = async (command: string, ...args: ReadonlyArray<string>) => {
  await using upstream = await startUpstream(json({ queue: { depth: 7 } }))
  const child = spawn(command, [...args, "run", "--target", upstream.url, "--addr", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text
  })
  const port = () => /address=127\.0\.0\.1:(\d+)/.exec(log)?.[1]
  await expect.poll(port, { timeout: 60_000 }).toBeDefined()
  const page = async () => (await fetch(`http://127.0.0.1:${port()}/metrics`)).text()
  await expect.poll(page, { timeout: 60_000 }).toContain("\nupstream_queue_depth 7\n")
  child.kill("SIGTERM")
  return once(child, "exit")
}

describe.each(["amd64", "arm64"])("%s", (architecture) => {
  const deb = `poller_${pkg.version}_${architecture}.deb`
  const program = [
    ...(architecture === "arm64" ? (emulators.arm64 ?? []) : []),
    join(release, `${name}-linux-${architecture}`)
  ]
  const [command = "", ...args] = program

  test("the executable says its version, polls, is scraped, and ends with 0 on SIGTERM", async () => {
    expect(output(command, ...args, "--version")).toContain(`poller ${pkg.version} `)
    expect(await poll(command, ...args)).toEqual([0, null])
  })

  test("the package has the same executable, and lintian has nothing to say", () => {
    const unpacked = join(folder, architecture)
    output("dpkg-deb", "--extract", deb, unpacked)
    output("cmp", join(unpacked, "usr/bin/poller"), `${name}-linux-${architecture}`)
    expect(output("lintian", "--allow-root", "--tag-display-limit", "0", deb)).toBe("")
  })

  test("the package is compressed so that Debian 11 reads it", () => {
    expect(output("ar", "t", deb).split("\n")).toEqual(["debian-binary", "control.tar.xz", "data.tar.xz", ""])
  })

  test("each link of the guides in the package leads to a file of the package", () => {
    const documentation = join(folder, architecture, "usr/share/doc/poller")
    const pages = readdirSync(documentation, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".md")
    )
    expect(pages.length).toBeGreaterThan(5)
    let links = 0
    for (const page of pages) {
      const text = readFileSync(join(documentation, page), "utf8")
      for (const [, target = ""] of text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)) {
        links++
        expect(existsSync(join(documentation, dirname(page), target)), `${page} links to ${target}`).toBe(true)
      }
    }
    expect(links).toBeGreaterThan(10)
  })

  test("the manual page is one that man can show, with every command", () => {
    const page = output("man", "--local-file", join(folder, architecture, "usr/share/man/man1/poller.1.gz"))
    for (const command of ["run", "check", "once", "init", "healthcheck"])
      expect(page).toMatch(new RegExp(`^ +${command}$`, "m"))
    expect(page).toContain("--addr")
  })
})

describe("the image", () => {
  const archive = `${name}-image-amd64.tar`
  const storage = ["--root", join(folder, "storage"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"]
  const buildah = (...args: ReadonlyArray<string>) => output("buildah", ...storage, ...args).trim()

  test("is under 60 MB, runs as a user without rights, polls, is healthy, and ends with 0 on SIGTERM", async () => {
    expect(statSync(join(release, archive)).size).toBeLessThan(60e6)
    const container = buildah("from", `oci-archive:${archive}`)
    const { config } = JSON.parse(
      buildah("inspect", "--format", "{{.FromImage}} {{json .Docker}}", container).replace(/^.*? (?={)/s, "")
    )
    expect(config.User).toBe("65532:65532")
    expect(config.Healthcheck.Test).toEqual(["CMD", "/usr/bin/poller", "healthcheck", "--addr", "127.0.0.1:9180"])
    const run = ["run", "--isolation", "chroot", container, "--", "/usr/bin/poller"]
    expect(buildah(...run, "--version")).toContain(`poller ${pkg.version} `)
    expect(
      buildah("run", "--isolation", "chroot", container, "--", "/usr/bin/poller", "schema").length
    ).toBeGreaterThan(1000)
    expect(await poll("buildah", ...storage, ...run)).toEqual([0, null])
    const mounted = buildah("mount", container)
    for (const file of ["licences.txt", "poller.cdx.json"])
      expect(existsSync(join(mounted, "usr/share/doc/poller", file))).toBe(true)
    buildah("umount", container)
    buildah("rm", container)
  })
})

test("poller.js is made twice as the same bytes", () => {
  const before = readFileSync(join(release, `${name}.js`))
  execFileSync(process.execPath, [join(root, "node_modules/rolldown/bin/cli.mjs"), "--config", "rolldown.config.ts"], {
    cwd: root,
    stdio: "pipe"
  })
  expect(readFileSync(join(root, "dist/poller.js")).equals(before)).toBe(true)
})
