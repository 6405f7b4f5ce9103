import * as Result from "effect/Result"

/**
 * A plain path of XPath, such as `number(a/b)` or `/items/*`, in RFC 9535's syntax; `element` is the name that Telegraf
 * gives to the elements of lists. Fails with anything else.
 */
export const convertXpath = (given: string): Result.Result<string, string> => {
  const [, inner = given] = /^\s*(?:number|string|boolean)\((.*)\)\s*$/.exec(given) ?? []
  const text = inner
    .trim()
    .replace(/^child::/, "")
    .replace(/^\.\//, "")
  if (text === "." || text === "") return Result.succeed("@")
  if (!/^\/?(?:[\w-]+|\*)(?:\/(?:[\w-]+|\*))*$/.test(text)) return Result.fail(given)
  const isAbsolute = text.startsWith("/")
  const path = text
    .replace(/^\//, "")
    .split("/")
    .map((name) =>
      name === "*" || name === "element" ? "[*]" : /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name}']`
    )
    .join("")
  if (isAbsolute) return Result.succeed(`$${path}`)
  return Result.succeed(path.startsWith(".") ? path.slice(1) : path.startsWith("['") ? path : `@${path}`)
}
