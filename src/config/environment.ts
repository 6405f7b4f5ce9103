import type { KeyPath } from "./source-map.ts"

/** Variables by name: `process.env`, or those of a test. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A string with a variable that is not set, or with a malformed one. */
export interface Unset {
  readonly path: KeyPath
  readonly message: string
}

/**
 * Replaces `${NAME}` in every string of `value`; `$${` is a literal `${`. The content of a variable is not expanded
 * again. It stays inside its string, so it cannot add keys.
 */
export const expand = (value: unknown, environment: Environment) => {
  const unset: Array<Unset> = []

  const fill = (text: string, path: KeyPath): string =>
    text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole, name: string) => {
      if (whole === "$${") return "${"
      const problem = (message: string) => {
        unset.push({ path, message })
        return ""
      }
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !whole.endsWith("}")) {
        // the text after an unclosed brace may be a secret, so the message does not show it
        const shown = whole.endsWith("}") ? whole : "${"
        return problem(`${shown} is not a variable: write \${NAME}, or $\${ for a literal \${`)
      }
      return (
        (Object.hasOwn(environment, name) ? environment[name] : undefined) ??
        problem(
          `the environment variable ${name} is not set${path.includes("get") ? `; a value of the row is {${name}}` : ""}`
        )
      )
    })

  const walk = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === "string") return fill(value, path)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]))
    if (value === null || typeof value !== "object") return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
  }
  return { value: walk(value, []), unset }
}
