import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { temporaryFolder } from "../temporary-folder.ts"
import { name, output } from "./released.ts"

const folder = temporaryFolder()

describe.each(["amd64", "arm64"])("the Debian package for %s", (architecture) => {
  const deb = `poller_${pkg.version}_${architecture}.deb`
  const unpacked = join(folder, architecture)
  const documentation = join(unpacked, "usr/share/doc/poller")

  beforeAll(() => void output("dpkg-deb", "--extract", deb, unpacked))

  test("has the same executable as the release", () => {
    output("cmp", join(unpacked, "usr/bin/poller"), `${name}-linux-${architecture}`)
  })

  test("is for this architecture, and states its version and size", () => {
    const field = (name: string) => output("dpkg-deb", "--field", deb, name).trim()
    expect(field("Architecture")).toBe(architecture)
    expect(field("Version")).toBe(pkg.version)
    const kilobytes = Number(output("du", "--summarize", "--apparent-size", "--block-size=1K", unpacked).split("\t")[0])
    expect(Math.abs(Number(field("Installed-Size")) / kilobytes - 1)).toBeLessThan(0.05)
  })

  test("is compressed so that Debian 11 reads it", () => {
    expect(output("ar", "t", deb).split("\n")).toEqual(["debian-binary", "control.tar.xz", "data.tar.xz", ""])
  })

  test("has nothing wrong, according to lintian", () => {
    expect(output("lintian", "--allow-root", "--tag-display-limit", "0", deb)).toBe("")
  })

  test("has a manual page that man can show, with every command", () => {
    const page = output("man", "--local-file", join(unpacked, "usr/share/man/man1/poller.1.gz"))
    for (const command of [
      "run",
      "check",
      "once",
      "test",
      "init",
      "convert",
      "status",
      "schema",
      "demo",
      "healthcheck"
    ])
      expect(page).toMatch(new RegExp(`^ +${command}$`, "m"))
    expect(page).toContain("--addr")
  })

  test("has the guides, with links that lead to files of the package", () => {
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
})
