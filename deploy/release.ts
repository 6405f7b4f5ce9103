import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import pkg from "../package.json" with { type: "json" }
import { makePackage, sourceDate } from "./build-package.ts"
import { layImage } from "./image.ts"
import { platformNamed } from "./platform.ts"

/*
 * Makes all files of a release in dist/release: `npm run release`. On Debian for x64, with the packages binutils-aarch64-linux-gnu, qemu-user-static,
 * libstdc++6-arm64-cross, libatomic1-arm64-cross and buildah.
 */

const root = join(import.meta.dirname, "..")
const release = join(root, "dist/release")
const name = `poller-${pkg.version}`

const run = (command: string, ...args: ReadonlyArray<string>) =>
  execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] })

/** The container image as an OCI archive. The stage that needs a network is replaced by the files that it would make. */
const makeImage = (archive: string) => {
  layImage()
  const storage = [
    "--root",
    join(root, "dist/buildah"),
    "--runroot",
    join(root, "dist/buildah-run"),
    "--storage-driver",
    "vfs"
  ]
  const build = ["bud", "--isolation", "chroot", "--format", "docker", "--timestamp", String(sourceDate())]
  const stage = join(root, "dist/image-stage")
  mkdirSync(join(stage, "src/dist"), { recursive: true })
  run("cp", "--recursive", join(root, "dist/image"), join(stage, "src/dist/image"))
  run(
    "buildah",
    ...storage,
    ...build,
    "--build-context",
    `build=${stage}`,
    "--file",
    "deploy/Dockerfile",
    "--tag",
    "poller",
    "."
  )
  run("buildah", ...storage, "push", "poller", `oci-archive:${archive}:poller:${pkg.version}`)
  run("buildah", ...storage, "rmi", "--all", "--force")
  for (const folder of ["buildah", "buildah-run", "image-stage"])
    rmSync(join(root, "dist", folder), { recursive: true, force: true })
}

rmSync(release, { recursive: true, force: true })
mkdirSync(release, { recursive: true })
const put = (from: string, to: string) => copyFileSync(join(root, "dist", from), join(release, to))

put("poller.js", `${name}.js`)
put("poller.js.cdx.json", `${name}.js.cdx.json`)
run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", release)
for (const architecture of ["x64", "arm64"]) {
  run(process.execPath, "deploy/build-executable.ts", architecture)
  const { executable, debian } = platformNamed(architecture)
  put(executable, `${name}-linux-${debian}`)
  put(`${executable}.cdx.json`, `${name}-linux-${debian}.cdx.json`)
  put(`${executable}.licences.txt`, `${name}-linux-${debian}.licences.txt`)
  makePackage(release, { architecture })
}
makeImage(join(release, `${name}-image-amd64.tar`))

const sums = readdirSync(release).map((file) => {
  const sum = createHash("sha256")
    .update(readFileSync(join(release, file)))
    .digest("hex")
  return `${sum}  ${file}\n`
})
writeFileSync(join(release, "SHA256SUMS"), sums.join(""))
console.log(`${sums.length} files in dist/release`)
