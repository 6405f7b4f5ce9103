import { quoted } from "../mapping/document/node.ts"

const steps = (keys: ReadonlyArray<string>): string =>
  keys.map((key) => (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? `.${key}` : quoted(key))).join("")

/** A path from the current item to one value: `mem.used_kb`, `@`. */
export const itemPath = (keys: ReadonlyArray<string>): string => steps(keys).replace(/^\./, "") || "@"

/** A path to rows, from the document or from the current item: `$.items[*]`, `disks[*]`. */
export const rowPath = (keys: ReadonlyArray<string>, selector: string, absolute: boolean): string =>
  absolute ? `$${steps(keys)}${selector}` : `${steps(keys)}${selector}`.replace(/^\./, "")
