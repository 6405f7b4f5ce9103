import type { Json, JsonObject } from "../mapping/document/json.ts"
import { quoted } from "../mapping/document/node.ts"

/** Every element of a list. If the next step is a key, only one of the elements has it: `columns[*].Name`. */
export const every = Symbol("every element")

/** An index in a list, with the name of its element if the document has one. */
export interface Position {
  readonly index: number
  readonly name?: string | undefined
}

/** One step from an item to a value within it. */
export type Step = string | Position | typeof every

/** The steps to a value in an item, and the values of all items; undefined for an item without one. */
export interface Place<Value extends Json = Json> {
  readonly steps: ReadonlyArray<Step>
  readonly values: ReadonlyArray<Value | undefined>
  /** Some items have an object here that is a row of its own. It is not among the values. */
  readonly hasRows?: boolean
}

/** The keys and the names of positions on a path. Omits the key of a list that holds only the parts of an object. */
export const keysOf = (steps: ReadonlyArray<Step>): ReadonlyArray<string> =>
  steps.flatMap((step, at) => {
    if (typeof step === "string") return steps[at + 1] === every ? [] : [step]
    return step === every || step.name === undefined ? [] : [step.name]
  })

/** Keys that do not name a value, so that the key above does. MongoDB's JSON has `$numberLong`. */
const ofValue = /^(?:value|val|v|description|raw|#text|\$[a-z]+)$/i

/** The key that names a value: `temp` for `temp.value`. */
export const nameKey = (steps: ReadonlyArray<Step>): string => {
  const keys = keysOf(steps)
  return (keys.length > 1 && ofValue.test(keys.at(-1) ?? "") ? keys.at(-2) : keys.at(-1)) ?? ""
}

/** The keys before the one that names the value. */
export const keysBeforeName = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const keys = keysOf(steps)
  return keys.slice(0, keys.length > 1 && ofValue.test(keys.at(-1) ?? "") ? -2 : -1)
}

const plainKey = /^[a-zA-Z_][a-zA-Z0-9_]*$/

const segments = (steps: ReadonlyArray<Step>): string =>
  steps
    .map((step) => {
      if (typeof step === "string") return plainKey.test(step) ? `.${step}` : quoted(step)
      return step === every ? "[*]" : `[${step.index}]`
    })
    .join("")

/** A path from the current item to one value: `mem.used_kb`, `['odd key']`, `@[0]`, `@`. */
export const itemPath = (steps: ReadonlyArray<Step>): string => {
  const path = segments(steps).replace(/^\./, "")
  return path === "" || (path.startsWith("[") && typeof steps[0] !== "string") ? `@${path}` : path
}

/** The path of a value in a filter: `@.mem.used_kb`. */
export const filterPath = (steps: ReadonlyArray<Step>): string => `@${segments(steps)}`

/** A path of rows, from the document or from the current item: `$.items[*]`, `disks[*]`, `@[*]`. */
export const rowPath = (steps: ReadonlyArray<Step>, selector: string, absolute: boolean): string => {
  const path = `${segments(steps)}${selector}`
  if (absolute) return `$${path}`
  const relative = path.replace(/^\.(?!\.)/, "")
  return typeof steps[0] === "string" && plainKey.test(steps[0]) ? relative : `@${path}`
}

/** The value at these steps. */
export const valueAt = (item: Json, steps: ReadonlyArray<string | Position>): Json | undefined => {
  let value: Json | undefined = item
  for (const step of steps) {
    if (typeof value !== "object" || value === null) return undefined
    if (Array.isArray(value)) value = typeof step === "string" ? undefined : value[step.index]
    else value = typeof step === "string" && Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined
  }
  return value
}

/** All objects below a value that have this key, as `..[?@.key]` finds them. */
export const descendantsHaving = (value: Json | undefined, key: string): ReadonlyArray<Json> =>
  typeof value !== "object" || value === null
    ? []
    : Object.values(value).flatMap((child: Json) => [
        ...(typeof child === "object" && child !== null && !Array.isArray(child) && Object.hasOwn(child, key)
          ? [child]
          : []),
        ...descendantsHaving(child, key)
      ])
