import { existsSync } from "node:fs"
import { localForm } from "../config/schema/fields.ts"

/** Where responses come from. */
export type Source =
  | { readonly _tag: "Url"; readonly url: URL }
  | { readonly _tag: "Files"; readonly files: ReadonlyArray<string> }

/** Matches a URL without a scheme: `localhost:8080/x`, `192.0.2.1/status`, `shop.example.com/health`. */
const plainUrl =
  /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})(?:[/?].*)?$|^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}|\d+(?:\.\d+){3})(?:\/.*)$|^localhost$/i

/** The URL in an argument, with or without a scheme; undefined for a file. */
export const urlOf = (text: string, exists: (file: string) => boolean = existsSync): URL | undefined => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.canParse(text) ? new URL(text) : undefined
  const whole = `http://${text}`
  return plainUrl.test(text) && !exists(text) && URL.canParse(whole) ? new URL(whole) : undefined
}

/** Whether a target can have this URL. */
const isTargetUrl = (text: string, { protocol }: URL) =>
  /^https?:$/.test(protocol) || localForm.test(text.replace(/^[^:]+/, (scheme) => scheme.toLowerCase()))

/** The source that the arguments of `init` name. Returns an error message if they are wrong. */
export const sourceOf = (args: ReadonlyArray<string>, exists?: (file: string) => boolean): Source | string => {
  const [first = ""] = args
  const bad = args.find((arg) => /^[a-z][a-z0-9+.-]*:\/\//i.test(arg) && urlOf(arg) === undefined)
  if (bad !== undefined) return `${bad}: not a URL`
  const url = urlOf(first, exists)
  if (url !== undefined && args.length === 1) {
    return isTargetUrl(first, url)
      ? { _tag: "Url", url }
      : `${first}: expected http://, https://, http+unix:///SOCKET:/PATH or file:///PATH, or a file`
  }
  if (args.some((arg) => urlOf(arg, exists) !== undefined))
    return "give one URL, or files with responses of one API (--samples N asks a URL N times)"
  if (args.filter((arg) => arg === "-").length > 1) return "-: standard input can be read only once"
  return { _tag: "Files", files: args }
}
