import type { Plugin } from "rolldown"

/**
 * Escapes characters that are not Latin-1. A single one would make V8 store the whole program in two bytes a character.
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
