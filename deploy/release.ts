import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import pkg from "../package.json" with { type: "json" }
import { makeImage } from "./build-image.ts"
import { makePackage } from "./build-package.ts"
import { platformNamed } from "./platform.ts"

/*
 * Makes all files of a release in dist/release: `npm run release`. Needs a git checkout on Debian for x64, and the
 * packages of .ci/packages.
 */

const root = join(import.meta.dirname, "..")
const release = join(root, "dist/release")
const name = `poller-${pkg.version}`

const run = (command: string, ...args: ReadonlyArray<string>) =>
  execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] })

rmSync(release, { recursive: true, force: true })
mkdirSync(release, { recursive: true })
const put = (from: string, to: string) => copyFileSync(join(root, "dist", from), join(release, to))

put("poller.js", `${name}.js`)
put("poller.js.cdx.json", `${name}.js.cdx.json`)
// the bundle looks for a file of this name
put("poller-cluster.js", "poller-cluster.js")
run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", release)
run("git", "archive", "--format=tar.gz", `--prefix=${name}/`, `--output=${join(release, `${name}.tar.gz`)}`, "HEAD")
for (const architecture of ["x64", "arm64"]) {
  run(process.execPath, "deploy/build-executable.ts", architecture)
  const { executable, debian } = platformNamed(architecture)
  put(executable, `${name}-linux-${debian}`)
  put(`${executable}.cdx.json`, `${name}-linux-${debian}.cdx.json`)
  put(`${executable}.licences.txt`, `${name}-linux-${debian}.licences.txt`)
  makePackage(release, { architecture })
}
makeImage(join(release, `${name}-image-amd64.tar.gz`))

const sums = readdirSync(release).map((file) => {
  const sum = createHash("sha256")
    .update(readFileSync(join(release, file)))
    .digest("hex")
  return `${sum}  ${file}\n`
})
writeFileSync(join(release, "SHA256SUMS"), sums.join(""))
console.log(`${sums.length} files in dist/release`)
