import * as Yaml from "yaml"
import { lineAt, quoteIt, type SyntaxFault, secretKey } from "./yaml-syntax.ts"

/**
 * The problem of a key inside `{ }` that has no value. Causes: a text with a comma, a missing space after a colon, or
 * the syntax of another program.
 */
const keyWithoutValue = (text: string, map: Yaml.YAMLMap, index: number): SyntaxFault | undefined => {
  const pair = map.items[index]
  if (pair === undefined || pair.value !== null) return undefined
  const { key } = pair
  const offset = Yaml.isNode(key) ? (key.range?.[0] ?? 0) : 0
  const line = lineAt(text, offset)
  const found = (message: string) => ({ offset, message })
  if (Yaml.isMap(key)) return found(otherForm("a template", innerText(text, key)))
  const word = Yaml.isScalar(key) ? String(key.value) : ""
  const [, name, value] = /^([\w$.-]+):(\S.*)$/.exec(word) ?? []
  if (name !== undefined && map.items.length === 1 && word.startsWith("$")) return found(otherForm("a template", word))
  if (name !== undefined)
    return found(`a space is missing after the colon${secretKey.test(`${name}:`) ? "" : `: ${name}: ${value}`}`)
  if (map.items.length === 1 && /^[.$]/.test(word)) return found(otherForm("json_exporter", word))
  if (index > 0 && !secretKey.test(line.text))
    return found(
      `a text with a comma inside { } needs quotes${quoteIt({ ...line, at: Math.max(0, offset - line.start - 1) }, true)}`
    )
  return found("a key without a value: expected key: value")
}

const innerText = (text: string, node: Yaml.Node): string => text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0)

const otherForm = (whose: string, path: string): string =>
  `this is ${whose}'s form; here it is ${path.replace(/^[{\s]+|[}\s]+$/g, "").replace(/^\$?\./, "") || "@"}`

/** YAML that the parser accepts but that is certainly a mistake. */
export const findMisreadings = (text: string, document: Yaml.Document): ReadonlyArray<SyntaxFault> => {
  let found: SyntaxFault | undefined
  Yaml.visit(document, {
    Map: (_, map) => {
      if (!map.flow) return undefined
      for (const index of map.items.keys()) {
        found ??= keyWithoutValue(text, map, index)
        if (found !== undefined) return Yaml.visit.BREAK
      }
      return undefined
    }
  })
  return found === undefined ? [] : [found]
}

/** Values of `help` that are cut off by a `#` with no space after it: `Number #1` is `Number`. */
export const findCutTexts = (document: Yaml.Document): ReadonlyArray<SyntaxFault> => {
  const found: Array<SyntaxFault> = []
  Yaml.visit(document, {
    Pair: (_, { key, value }) => {
      if (!Yaml.isScalar(key) || key.value !== "help" || !Yaml.isScalar(value)) return
      const { comment, type, range } = value
      if (type !== "PLAIN" || typeof comment !== "string" || /^(?:\s|$)/.test(comment)) return
      const message = `ends before #${comment.split(/\s/)[0]}, since # begins a comment: put the text in quotes`
      found.push({ offset: range?.[0] ?? 0, message })
    }
  })
  return found
}
