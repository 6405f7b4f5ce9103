import { type Issue, issue, type Message } from "../diagnostics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import type { KeyPath } from "../source-map.ts"

export const filesOrHttp = ({ sources }: RawConfiguration): ReadonlyArray<Issue> =>
  sources.flatMap(({ own, path }) => {
    const found = "files" in own && "http" in own ? "both" : "neither"
    return "files" in own !== "http" in own ? [] : [issue(path, `expected either files or http, got ${found}`)]
  })

/** Rows must not set the label instance: every discovered target would be rejected. */
export const instanceFree = ({ sources }: RawConfiguration): ReadonlyArray<Issue> =>
  sources.flatMap(({ target: { metrics, path } }) => {
    const row = metrics?.find(({ labels }) => labels.has("instance"))?.labels.get("instance")?.path
    const message: Message = (show) =>
      `the rows set the label instance (${show(row ?? [])}), which every discovered target has already`
    return row === undefined ? [] : [issue(path, message)]
  })

export const uniqueSources = ({ sources }: RawConfiguration): ReadonlyArray<Issue> => {
  const first = new Map<string, KeyPath>()
  return sources.flatMap(({ name, path }) => {
    const other = first.get(name)
    if (name !== "" && other === undefined) first.set(name, path)
    const message: Message = (show) => `${show(other ?? [])} has this name too: choose another one`
    return other === undefined ? [] : [issue([...path, "name"], message)]
  })
}
