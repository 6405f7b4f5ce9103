import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"

const root = join(import.meta.dirname, "../..")

const noCheckout = isMissing({
  name: "git checkout",
  probe: ["git", "-C", root, "rev-parse", "HEAD"],
  install: "an archive is made of a checkout: git clone"
})
const noDpkg = isMissing({ name: "dpkg-deb", probe: ["dpkg-deb", "--version"], install: "apt-get install dpkg" })

describe.skipIf(noCheckout)("a source archive without .git", () => {
  const folder = temporaryFolder()
  const run = (file: string, ...args: ReadonlyArray<string>) =>
    execFileSync(file, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SOURCE_DATE_EPOCH: undefined }
    })
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-C", root, ...args], { maxBuffer: 100_000_000 })

  test("builds a program that prints its commit", () => {
    execFileSync("tar", ["-x", "-C", folder], { input: git("archive", "HEAD") })
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
    run(process.execPath, "node_modules/rolldown/bin/cli.mjs", "--config", "rolldown.config.ts")
    const commit = String(git("rev-parse", "--short=12", "HEAD")).trim()
    expect(run(process.execPath, "dist/poller.js", "--version")).toContain(`poller ${pkg.version} (commit ${commit}, `)
  })

  test.skipIf(noDpkg)("makes a Debian package with the time of its commit", () => {
    // the package only copies and runs the executable, so a script that runs the bundle will do
    writeFileSync(
      join(folder, "dist/poller"),
      `#!/bin/sh\nexec "${process.execPath}" "${folder}/dist/poller.js" "$@"\n`
    )
    chmodSync(join(folder, "dist/poller"), 0o755)
    for (const name of ["cdx.json", "licences.txt"]) {
      copyFileSync(join(folder, `dist/poller.js.${name}`), join(folder, `dist/poller.${name}`))
    }
    const deb = run(process.execPath, "deploy/build-package.ts").trim()
    expect(deb).toMatch(/^\/.*\/dist\/poller_.*\.deb$/)
    expect(spawnSync("dpkg-deb", ["--info", deb]).status).toBe(0)
    // the header of the first member of the archive, ar(5)
    expect(readFileSync(deb).toString("latin1", 24, 36).trim()).toBe(String(git("log", "-1", "--format=%ct")).trim())
  })
})
