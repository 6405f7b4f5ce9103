import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/*
 * Copies the files of the container image to dist/image: the executable, the libraries that it is linked with, their
 * licences, a user, and an empty configuration. deploy/Dockerfile copies the folder into an empty image. Needs Debian,
 * whose packages contain the libraries.
 */

const root = join(import.meta.dirname, "..")
const image = join(root, "dist/image")

/** User and group of the process. With a number, Kubernetes can check `runAsNonRoot`. */
export const user = 65532

const copy = (from: string, to: string) => {
  mkdirSync(dirname(join(image, to)), { recursive: true })
  copyFileSync(from, join(image, to))
}

const write = (to: string, text: string) => {
  mkdirSync(dirname(join(image, to)), { recursive: true })
  writeFileSync(join(image, to), text)
}

/**
 * Paths of the shared libraries of a program, from lines such as `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6
 * (0x...)`.
 */
const librariesOf = (program: string): ReadonlyArray<string> =>
  [...execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path)

/**
 * The Debian package of a library. The list of dpkg may have /lib/... where the loader finds /usr/lib/..., or the
 * reverse.
 */
const packageOf = (library: string): string =>
  execFileSync("dpkg-query", ["--search", `*${library.replace(/^\/usr/, "")}`], { encoding: "utf8" }).split(":")[0] ??
  ""

/** Makes the folder again, and returns its path. */
export const assembleImage = (): string => {
  process.umask(0o022)
  rmSync(image, { recursive: true, force: true })
  const program = join(root, "dist/poller")
  copy(program, "usr/bin/poller")
  const libraries = librariesOf(program)
  for (const library of libraries) copy(library, library)
  for (const name of new Set(libraries.map(packageOf)))
    copy(`/usr/share/doc/${name}/copyright`, `usr/share/doc/${name}/copyright`)
  copy(`${program}.licences.txt`, "usr/share/doc/poller/licences.txt")
  copy(`${program}.cdx.json`, "usr/share/doc/poller/poller.cdx.json")
  copy(join(root, "deploy/poller.yml"), "etc/poller/poller.yml")
  write("etc/passwd", `poller:x:${user}:${user}:poller:/:/usr/bin/poller\n`)
  write("etc/group", `poller:x:${user}:\n`)
  // where glibc looks up names: the files of the container first, then DNS
  write("etc/nsswitch.conf", "hosts: files dns\n")
  return image
}

if (import.meta.main) console.log(assembleImage())
