import { basename, extname } from "node:path"
import { wordsOf } from "./words.ts"

/** Path segments that do not describe the API. */
const common = /^(?:api|v?\d+(?:\.\d+)*|json|rest|public|index|\.json)?$/

/** The words of a host name without its common suffix: `example` for `api.example.co.uk`. */
const hostWords = (host: string): ReadonlyArray<string> => {
  const labels = host.split(".")
  if (host === "localhost" || /^[\d.]+$|^\[/.test(host)) return []
  if (labels.length === 1) return wordsOf(host)
  const own = labels
    .slice(0, -1)
    .filter((label, at, all) => !(at > 0 && at === all.length - 1 && /^(?:co|com|org|net|ac|gov)$/.test(label)))
  return wordsOf(own.at(-1) ?? "")
}

/** Proposes a target name, which is also the metric prefix, from the URL or file of the responses. */
export const nameOfSource = (source: URL | string): string => {
  if (typeof source === "string") {
    const base = basename(source).replace(/\.[a-z]+$/i, "")
    return wordsOf(base.replace(/[-_.]?\d+$/, "") || base).join("_") || "api"
  }
  if (source.protocol === "file:") return nameOfSource(source.pathname)
  if (source.protocol === "http+unix:") {
    const [, socket = "", path = ""] = /^([^:]*):(.*)$/.exec(source.pathname) ?? []
    return nameOfSource(new URL(path, `http://${basename(socket, extname(socket)) || "localhost"}`))
  }
  const segments = source.pathname.split("/").map((segment) => segment.replace(/%../g, " ").replace(/\.json$/, ""))
  const telling = segments.filter((segment) => !common.test(segment)).slice(-2)
  const words = [...hostWords(source.hostname), ...telling.flatMap((segment) => wordsOf(segment))]
  return words.filter((word, at) => word !== words[at - 1]).join("_") || "api"
}
