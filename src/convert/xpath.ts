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
  if (!/^(?:\/\/?)?(?:[\w-]+|\*)(?:\/\/?(?:[\w-]+|\*))*$/.test(text)) return Result.fail(given)
  const isAbsolute = text.startsWith("/")
  const path = [...text.matchAll(/(\/{0,2})([\w-]+|\*)/g)]
    .map(([, slashes, name = ""]) => {
      const deep = slashes === "//" ? ".." : ""
      if (name === "*" || name === "element") return `${deep}[*]`
      return /^[A-Za-z_]\w*$/.test(name) ? `${deep || "."}${name}` : `${deep}['${name}']`
    })
    .join("")
  if (isAbsolute) return Result.succeed(`$${path}`)
  return Result.succeed(/^\.(?!\.)/.test(path) ? path.slice(1) : path.startsWith("['") ? path : `@${path}`)
}

/** The text of an XPath that is a literal, such as `'total'`. */
export const literalOf = (given: string): string | undefined => {
  const [, single, double] = /^\s*(?:string\(\s*)?(?:'([^']*)'|"([^"]*)")\s*\)?\s*$/.exec(given) ?? []
  return single ?? double
}
