import { readFileSync } from "node:fs"
import { join } from "node:path"

/** A package in a bundle. */
export interface Package {
  readonly name: string
  readonly version: string
  readonly folder: string
}

const folderOf = (module: string) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(module)?.[0]

/** The packages of the modules of a bundle, sorted by name. Without poller itself. */
export const packagesOf = (modules: ReadonlyArray<string>): ReadonlyArray<Package> =>
  [...new Set(modules.map(folderOf))]
    .filter((folder) => folder !== undefined)
    .map((folder) => ({ ...JSON.parse(readFileSync(join(folder, "package.json"), "utf8")), folder }))
    .map(({ name, version, folder }) => ({ name, version, folder }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
