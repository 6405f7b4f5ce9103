import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makePackage } from "../../deploy/build-package.ts"
import pkg from "../../package.json" with { type: "json" }
import { temporaryFolder } from "../temporary-folder.ts"
import { name, output, release } from "./released.ts"

/* The same sources make the same bytes, except the executable: its snapshot contains times and addresses. */

const root = join(import.meta.dirname, "../..")
const folder = temporaryFolder()
const digest = (...path: ReadonlyArray<string>) =>
  createHash("sha256")
    .update(readFileSync(join(...path)))
    .digest("hex")

test("poller.js, its bill of materials and the npm package", () => {
  execFileSync(process.execPath, [join(root, "node_modules/rolldown/bin/cli.mjs"), "--config", "rolldown.config.ts"], {
    cwd: root,
    stdio: "pipe"
  })
  for (const file of ["js", "js.cdx.json"])
    expect(digest(root, `dist/poller.${file}`)).toBe(digest(release, `${name}.${file}`))
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root })
  expect(digest(folder, `${name}.tgz`)).toBe(digest(release, `${name}.tgz`))
})

test("the source archive", () => {
  const archive = [
    "archive",
    "--format=tar.gz",
    `--prefix=${name}/`,
    `--output=${join(folder, "sources.tar.gz")}`,
    "HEAD"
  ]
  output("git", "-C", root, ...archive)
  expect(digest(folder, "sources.tar.gz")).toBe(digest(release, `${name}.tar.gz`))
})

test("the Debian package, from the same executable", () => {
  makePackage(folder)
  const file = `poller_${pkg.version}_amd64.deb`
  expect(digest(folder, file)).toBe(digest(release, file))
})
