import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Plugin } from "rolldown"
import { packagesOf } from "./bundled-packages.ts"
import { clusterModules } from "./cluster-script.ts"

/* Many licences require that their text comes with the code. */

const rule = `\n\n${"-".repeat(80)}\n\n`

const textIn = (folder: string, name: string): string => {
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  if (file === undefined) throw new Error(`${name} is bundled, and its package has no licence`)
  return readFileSync(join(folder, file), "utf8").trim()
}

/** Writes the licences beside the bundle: poller's, and those of the packages in it. */
export const licences: Plugin = {
  name: "licences",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      const others = packagesOf([...output.moduleIds, ...clusterModules]).map(
        ({ name, version, folder }) => `${name} ${version}\n\n${textIn(folder, name)}`
      )
      const source = `${[textIn(".", "poller"), ...others].join(rule)}\n`
      this.emitFile({ type: "asset", fileName: `${output.fileName}.licences.txt`, source })
    }
  }
}

/** The licences of the executable: those of the bundle, and Node's, which includes those of its libraries. */
export const withNode = (text: string, nodeFolder: string): string =>
  `${text.trimEnd()}${rule}Node.js ${process.versions.node}\n\n${textIn(nodeFolder, "Node.js")}\n`
