import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"
import { makeImage } from "../../deploy/build-image.ts"
import { user } from "../../deploy/image.ts"
import pkg from "../../package.json" with { type: "json" }
import { temporaryFolder } from "../temporary-folder.ts"
import { name, output, pollOnce, release } from "./released.ts"

const archive = join(release, `${name}-image-amd64.tar.gz`)
const folder = temporaryFolder()
const storage = ["--root", join(folder, "storage"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"]
const buildah = (...args: ReadonlyArray<string>) => output("buildah", ...storage, ...args).trim()

let container = ""
let root = ""
beforeAll(() => {
  // docker load and podman load read it as it is
  const tar = join(folder, "image.tar")
  writeFileSync(tar, gunzipSync(readFileSync(archive)))
  container = buildah("from", `docker-archive:${tar}`)
  root = buildah("mount", container)
})
afterAll(() => {
  buildah("umount", container)
  buildah("rm", container)
})

/** Runs the program in the container. */
const inContainer = (): ReadonlyArray<string> => {
  if (spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]).status === 0)
    return ["buildah", ...storage, "run", "--isolation", "chroot", container, "--", "/usr/bin/poller"]
  console.warn(
    "buildah run needs namespaces, which are not available here; chroot runs the program on the files of the image"
  )
  return ["chroot", `--userspec=${user}:${user}`, root, "/usr/bin/poller"]
}

test("the archive is under 60 MB", () => {
  expect(statSync(archive).size).toBeLessThan(60e6)
})

test("the image names its version, a user without rights, and a health check", () => {
  expect(buildah("images", "--format", "{{.Name}}:{{.Tag}}")).toBe(`docker.io/library/poller:${pkg.version}`)
  const { config } = JSON.parse(buildah("inspect", "--type", "container", container)).Docker
  expect(config.User).toBe(`${user}:${user}`)
  expect(config.Entrypoint).toEqual(["/usr/bin/poller"])
  expect(config.Healthcheck.Test).toEqual(["CMD", "/usr/bin/poller", "healthcheck", "--addr", "127.0.0.1:9180"])
})

test("the image has licences and a bill of materials, and no shell", () => {
  for (const file of ["poller/licences.txt", "poller/poller.cdx.json", "libc6/copyright"])
    expect(existsSync(join(root, "usr/share/doc", file)), file).toBe(true)
  expect(existsSync(join(root, "bin/sh"))).toBe(false)
})

test("a container polls, is scraped, is healthy, and ends with 0 on SIGTERM", async () => {
  const program = inContainer()
  const [command = "", ...args] = program
  expect(output(command, ...args, "--version")).toContain(`poller ${pkg.version} `)
  const ended = await pollOnce(program, (address) => void output(command, ...args, "healthcheck", "--addr", address))
  expect(ended).toEqual([0, null])
})

test("the same executable makes the same layers", () => {
  const again = join(folder, "again.tar.gz")
  makeImage(again)
  const layersOf = (file: string) =>
    JSON.parse(output("tar", "--extract", "--gzip", "--to-stdout", "--file", file, "manifest.json"))[0].Layers
  expect(layersOf(archive)).toHaveLength(1)
  expect(layersOf(again)).toEqual(layersOf(archive))
})
