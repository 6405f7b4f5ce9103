import type { KeyPath } from "./source-map.ts"

/** A path as a message names it: `targets[0].headers["X-Api Key"]`. */
export const formatPath = (path: KeyPath): string =>
  path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join("")
