import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import type { Plugin } from "rolldown"
import { packagesOf } from "./bundled-packages.ts"
import { clusterModules } from "./cluster-script.ts"

/*
 * Bills of materials in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json). They have no serial number and no time, so
 * that the same commit makes the same bytes.
 */

export interface Component {
  readonly "bom-ref": string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly cpe?: string
  readonly hashes?: unknown
  readonly licenses?: unknown
  readonly components?: ReadonlyArray<Component>
}

export interface Sbom {
  readonly metadata: { readonly component: Component }
  readonly components: ReadonlyArray<Component>
  readonly dependencies: ReadonlyArray<{ readonly ref: string; readonly dependsOn: ReadonlyArray<string> }>
}

const head = {
  $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1
}

const show = (sbom: Sbom) => `${JSON.stringify({ ...head, ...sbom }, undefined, 2)}\n`

/** All packages of package-lock.json. */
const npmSbom = (): Sbom =>
  JSON.parse(
    execFileSync("npm", ["sbom", "--loglevel=error", "--sbom-format=cyclonedx", "--package-lock-only"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"]
    })
  )

/** Leaves out what npm guesses, such as how a package is used. */
const plain = ({ "bom-ref": ref, type, name, version, purl, hashes, licenses }: Component): Component => ({
  "bom-ref": ref,
  type,
  name,
  version,
  purl,
  hashes,
  licenses
})

/**
 * The bill of materials of the bundle. npm lists packages with licences and checksums, and the bundler tells which of
 * them are in the bundle. npm alone would list packages that are not in it, and omit peer dependencies that are.
 */
const sbomOf = (code: string, modules: ReadonlyArray<string>): Sbom => {
  const { metadata, components, dependencies } = npmSbom()
  const poller = {
    ...plain(metadata.component),
    type: "application",
    name: "poller", // npm uses the name of the folder
    hashes: [{ alg: "SHA-256", content: createHash("sha256").update(code).digest("hex") }]
  }
  const bundled = new Set(packagesOf(modules).map(({ name, version }) => `${name}@${version}`))
  const known = new Set(components.map(({ "bom-ref": ref }) => ref))
  for (const name of bundled) if (!known.has(name)) throw new Error(`${name} is bundled, and not in package-lock.json`)
  const links = dependencies
    .filter(({ ref }) => ref === poller["bom-ref"] || bundled.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((name) => bundled.has(name)) }))
  return {
    metadata: { component: poller },
    components: components.filter(({ "bom-ref": ref }) => bundled.has(ref)).map(plain),
    dependencies: links
  }
}

/** Writes the bill of materials beside the bundle. */
export const sbom: Plugin = {
  name: "sbom",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      const { code, fileName, moduleIds } = output
      this.emitFile({
        type: "asset",
        fileName: `${fileName}.cdx.json`,
        source: show(sbomOf(code, [...moduleIds, ...clusterModules]))
      })
    }
  }
}

/** Entries of `process.versions` that are not libraries: Node itself, versions of interfaces and of data. */
const noLibraries = ["node", "modules", "napi", "cldr", "tz", "unicode"]

/** The running Node with its libraries. */
const node = (): Component => {
  const generic = (type: string, name: string, version: string) => {
    const purl = `pkg:generic/${name}@${version}`
    return { "bom-ref": purl, type, name, version, purl }
  }
  const { node: version, ...versions } = process.versions
  return {
    ...generic("platform", "node", version),
    // the name in databases of vulnerabilities
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    components: Object.entries(versions)
      .filter(([name, version]) => version && !noLibraries.includes(name))
      .map(([name, version = ""]) => generic("library", name, version))
  }
}

/** The bill of materials of the executable: that of the bundle, plus the running Node. */
export const withNode = (text: string): string => {
  const { metadata, components, dependencies }: Sbom = JSON.parse(text)
  const { hashes, ...poller } = metadata.component
  const platform = node()
  return show({
    metadata: { component: poller },
    components: [...components, platform],
    dependencies: dependencies.map((link) =>
      link.ref === poller["bom-ref"] ? { ...link, dependsOn: [...link.dependsOn, platform["bom-ref"]] } : link
    )
  })
}
