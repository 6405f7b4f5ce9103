import type { Plugin } from "rolldown"

/**
 * Escapes characters beyond Latin-1. With a single one, V8 stores the whole program with two bytes for each character.
 */
export const latin: Plugin = {
  name: "latin",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      output.code = output.code.replaceAll(
        /[^\x00-\xff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}
