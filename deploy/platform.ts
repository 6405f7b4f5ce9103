import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { arch } from "node:os"
import { dirname, join } from "node:path"

/** A processor that the executable is built for. */
export interface Platform {
  /** Debian's name of the architecture. */
  readonly debian: string
  /** File name below dist/. */
  readonly executable: string
  /** Command that runs a program of this platform on this machine. Empty if the processor is the same. */
  readonly emulator: ReadonlyArray<string>
  readonly strip: string
  /** The Debian package that has `strip`. */
  readonly binutils: string
  /** Node for this platform: its executable, and its folder, which contains LICENSE. */
  readonly node: () => { readonly file: string; readonly folder: string }
}

const debianNames: Partial<Record<string, string>> = { x64: "amd64", arm64: "arm64" }

/** The running Node. Its folder is that of an archive from nodejs.org, or of the npm package `node`. */
const runningNode = () => {
  const folders = ["..", `../node_modules/node-${process.platform}-${arch()}`]
  const folder = folders
    .map((folder) => join(dirname(process.execPath), folder))
    .find((folder) => existsSync(join(folder, "LICENSE")))
  if (folder === undefined)
    throw new Error(`no LICENSE of Node beside ${process.execPath}: use Node as nodejs.org or npm packs it`)
  return { file: process.execPath, folder }
}

/** The same version of Node for another processor, from npm. It is cached in node_modules/.cache. */
const nodeFromNpm = (architecture: string) => {
  const name = `node-linux-${architecture}@${process.versions.node}`
  const cache = join(import.meta.dirname, "../node_modules/.cache", name)
  const folder = join(cache, "package")
  if (!existsSync(join(folder, "LICENSE"))) {
    mkdirSync(cache, { recursive: true })
    const npm = ["pack", "--silent", "--pack-destination", cache, name]
    const archive = execFileSync("npm", npm, { encoding: "utf8" }).trim()
    execFileSync("tar", ["--extract", "--file", join(cache, archive), "--directory", cache])
  }
  return { file: join(folder, "bin/node"), folder }
}

/** The command that runs a program of another processor. */
export const emulators: Partial<Record<string, ReadonlyArray<string>>> = {
  // apt-get install qemu-user-static libstdc++6-arm64-cross libatomic1-arm64-cross
  arm64: ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"]
}

/** The platform by its name in Node, such as `arm64`. Default: that of this machine. */
export const platformNamed = (name: string = arch()): Platform => {
  const debian = debianNames[name]
  if (debian === undefined)
    throw new Error(`unknown architecture ${name}: use ${Object.keys(debianNames).join(" or ")}`)
  if (name === arch())
    return { debian, executable: "poller", emulator: [], strip: "strip", binutils: "binutils", node: runningNode }
  const emulator = emulators[name]
  if (emulator === undefined) throw new Error(`an executable for ${name} is built on ${name} only`)
  return {
    debian,
    executable: `poller-${name}`,
    emulator,
    strip: "aarch64-linux-gnu-strip",
    binutils: "binutils-aarch64-linux-gnu",
    node: () => nodeFromNpm(name)
  }
}
