import * as Result from "effect/Result"

/**
 * Converts a plain XPath, such as `number(a/b)` or `/items/*`, to the syntax of RFC 9535. `element` is Telegraf's name
 * for the elements of lists. Fails for any other XPath.
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
