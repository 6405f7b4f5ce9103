import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import pkg from "../package.json" with { type: "json" }
import { sourceDate } from "./build-package.ts"
import { layImage } from "./image.ts"

/*
 * Makes the container image without a container engine, with buildah: `node deploy/build-image.ts ARCHIVE`, after deploy/build-executable.ts.
 * `docker load` and `podman load` read the archive. The same executable makes the same layers; the
 * name of the host of the build, which differs each time, is in the description of the image.
 */

const root = join(import.meta.dirname, "..")
const name = `docker.io/library/poller:${pkg.version}`

/** Makes the archive, compressed with gzip. */
export const makeImage = (archive: string) => {
  const work = mkdtempSync(join(tmpdir(), "poller-image-"))
  // containers of this machine are elsewhere; vfs needs no right to mount
  const storage = ["--root", join(work, "storage"), "--runroot", join(work, "run"), "--storage-driver", "vfs"]
  const buildah = (...args: ReadonlyArray<string>) =>
    execFileSync("buildah", [...storage, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
  try {
    // the first stage of the Dockerfile needs a network and an image from a registry, so it is replaced by the files that it would make
    const stage = join(work, "stage")
    mkdirSync(join(stage, "src/dist"), { recursive: true })
    execFileSync("cp", ["--recursive", layImage(), join(stage, "src/dist/image")])
    buildah(
      "bud",
      "--quiet",
      "--isolation=chroot",
      "--format=docker", // OCI images have no health check
      `--timestamp=${sourceDate()}`,
      `--build-context=build=${stage}`,
      "--file=deploy/Dockerfile",
      `--tag=${name}`,
      "."
    )
    const tar = join(work, "image.tar")
    buildah("push", "--quiet", name, `docker-archive:${tar}:${name}`)
    writeFileSync(archive, gzipSync(readFileSync(tar)))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (import.meta.main) makeImage(process.argv[2] ?? join(root, "dist/poller-image.tar.gz"))
