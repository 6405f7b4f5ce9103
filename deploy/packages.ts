import type { Plugin } from "rolldown"

/**
 * What the program takes from packages that few processes need: patterns, passwords, and what prom-client has for
 * traces.
 */
const taken: Readonly<Record<string, ReadonlyArray<string>>> = {
  re2js: ["RE2JS"],
  bcryptjs: ["compareSync"],
  "@opentelemetry/api": ["trace", "context"]
}

const mark = "\0on-demand:"

/** Stands for an export of a package: a function, or something that has members. */
const later = (name: string, key: string) => `
export const ${key} = new Proxy(function () {}, {
  get: (_, member) => Reflect.get(require("${name}").${key}, member),
  apply: (_, self, args) => Reflect.apply(require("${name}").${key}, self, args)
})
`

/** A package is run when something of it is first used, not at every start: a tenth of the start, and 0.7 MB. */
export const packagesOnDemand: Plugin = {
  name: "packages-on-demand",
  resolveId: (source, importer) =>
    source in taken && !importer?.startsWith(mark) ? { id: mark + source, moduleSideEffects: false } : undefined,
  load: (id) => {
    if (!id.startsWith(mark)) return undefined
    const name = id.slice(mark.length)
    return (taken[name] ?? []).map((key) => later(name, key)).join("")
  }
}
