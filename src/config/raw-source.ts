import type { RawTarget } from "./raw-target.ts"
import { builtInSettings } from "./schema/target-settings.ts"
import { builtInRefresh, sourceFields } from "./schema/targets-from.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asText, type Fields, isMap } from "./unknown-values.ts"

/** An entry of `targets_from`, read from a file that may have errors. */
export interface RawSource {
  readonly path: KeyPath
  /** Default: its files, or its URL. */
  readonly name: string
  /** As in the file. */
  readonly own: Fields
  /** The settings of all its targets: a target without name and url. */
  readonly target: RawTarget
  /** The request for its list, as a target. */
  readonly request: RawTarget | undefined
}

/** `targets_from` is one entry or a list of entries. */
const entries = (value: unknown): ReadonlyArray<readonly [Fields, KeyPath]> => {
  if (isMap(value)) return [[value, ["targets_from"]]]
  return asList(value).flatMap((item, index) => (isMap(item) ? [[item, ["targets_from", index]] as const] : []))
}

/** The default name of a source. It has no user, password and query of the URL: they may be secrets. */
const nameOf = (files: unknown, url: unknown): string => {
  if (Array.isArray(files)) return files.join(", ")
  if (typeof url !== "string" || !URL.canParse(url)) return ""
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

const rawRequest = (own: Fields, refresh: unknown, path: KeyPath): RawTarget => ({
  path,
  name: undefined,
  own,
  settings: { ...builtInSettings, interval: refresh ?? builtInRefresh.http, ...own },
  pathOf: (...keys) => [...path, ...keys],
  labels: new Map(),
  repeated: [],
  details: [],
  metrics: []
})

export const rawSources = (
  value: unknown,
  rawTargetAt: (value: unknown, path: KeyPath) => RawTarget
): ReadonlyArray<RawSource> =>
  entries(value).map(([own, path]) => {
    const http = isMap(own.http) ? own.http : { url: own.http }
    const common = Object.fromEntries(Object.entries(own).filter(([key]) => !Object.hasOwn(sourceFields, key)))
    return {
      path,
      name: asText(own.name) ?? nameOf(own.files, http.url),
      own,
      target: rawTargetAt(common, path),
      request: "http" in own ? rawRequest(http, own.refresh, [...path, "http"]) : undefined
    }
  })
