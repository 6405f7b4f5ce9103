import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Plugin } from "rolldown"
import { packagesOf } from "./bundled.ts"

/* The licences of what goes into a build ask that their texts go with it. */

const rule = `\n\n${"-".repeat(80)}\n\n`

const textIn = (folder: string, name: string): string => {
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  if (file === undefined) throw new Error(`${name} is bundled, and its package has no licence`)
  return readFileSync(join(folder, file), "utf8").trim()
}

/** Lays the licences beside the bundle: poller's, and those of the packages that are in it. */
export const licences: Plugin = {
  name: "licences",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      const others = packagesOf(output.moduleIds).map(
        ({ name, version, folder }) => `${name} ${version}\n\n${textIn(folder, name)}`
      )
      const source = `${[textIn(".", "poller"), ...others].join(rule)}\n`
      this.emitFile({ type: "asset", fileName: `${output.fileName}.licences.txt`, source })
    }
  }
}

/** Beside the running Node: as nodejs.org packs it, or the package `node` of npm. */
const nodeFolders = ["..", `../node_modules/node-${process.platform}-${process.arch}`].map((folder) =>
  join(dirname(process.execPath), folder)
)

/** Those of the executable: the running Node is in it as well, whose own file names what is in Node. */
export const withNode = (text: string): string => {
  const folder = nodeFolders.find((folder) => existsSync(join(folder, "LICENSE")))
  if (folder === undefined)
    throw new Error(`no LICENSE of Node beside ${process.execPath}: take one as nodejs.org packs it`)
  return `${text.trimEnd()}${rule}Node.js ${process.versions.node}\n\n${textIn(folder, "Node.js")}\n`
}
