import type { RawTarget } from "./raw-target.ts"
import { builtInSettings } from "./schema/target-settings.ts"
import { builtInRefresh, sourceFields } from "./schema/targets-from.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asText, type Fields, isMap } from "./unknown-values.ts"

/** An entry of `targets_from`, as far as a file that may be wrong elsewhere lets it be made out. */
export interface RawSource {
  readonly path: KeyPath
  /** Its own, or what it lists targets by. */
  readonly name: string
  /** As the file has them. */
  readonly own: Fields
  /** What all its targets have in common: a target without name and url. */
  readonly target: RawTarget
  /** The request for its list, as that of a target. */
  readonly request: RawTarget | undefined
}

/** `targets_from` is one entry or a list of them. */
const entries = (value: unknown): ReadonlyArray<readonly [Fields, KeyPath]> => {
  if (isMap(value)) return [[value, ["targets_from"]]]
  return asList(value).flatMap((item, index) => (isMap(item) ? [[item, ["targets_from", index]] as const] : []))
}

/** Of a URL what may be shown; a user, a password and a query may be secret. */
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
