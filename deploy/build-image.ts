import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import pkg from "../package.json" with { type: "json" }
import { sourceDate } from "./build-package.ts"
import { assembleImage } from "./image.ts"

/*
 * Makes the container image with buildah, without a container engine: `node deploy/build-image.ts ARCHIVE`, after
 * deploy/build-executable.ts. `docker load` and `podman load` read the archive. The same executable makes the same
 * layers. The archive differs, since the description of the image contains the host name of the build.
 */

const root = join(import.meta.dirname, "..")
const name = `docker.io/library/poller:${pkg.version}`

/** Makes the archive, compressed with gzip. */
export const makeImage = (archive: string) => {
  const work = mkdtempSync(join(tmpdir(), "poller-image-"))
  // separate from the containers of this machine; vfs works without the right to mount
  const storage = ["--root", join(work, "storage"), "--runroot", join(work, "run"), "--storage-driver", "vfs"]
  const buildah = (...args: ReadonlyArray<string>) =>
    execFileSync("buildah", [...storage, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
  try {
    // the first stage of the Dockerfile needs a network and an image from a registry, so these files replace it
    const stage = join(work, "stage")
    mkdirSync(join(stage, "src/dist"), { recursive: true })
    execFileSync("cp", ["--recursive", assembleImage(), join(stage, "src/dist/image")])
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
