import type { TargetSite } from "./raw-target.ts"
import { builtIn } from "./schema/target-settings.ts"
import { builtInRefresh, sourceFields } from "./schema/targets-from.ts"
import type { KeyPath } from "./source-map.ts"
import { type Fields, isMap, list, text } from "./unknown-values.ts"

/** An entry of `targets_from`, as far as a file that may be wrong elsewhere lets it be made out. */
export interface SourceSite {
  readonly path: KeyPath
  /** Its own, or what it lists targets by. */
  readonly name: string
  /** As the file has them. */
  readonly own: Fields
  /** What all its targets have in common: a target without name and url. */
  readonly target: TargetSite
  /** The request for its list, as that of a target. */
  readonly request: TargetSite | undefined
}

/** `targets_from` is one entry or a list of them. */
const entries = (value: unknown): ReadonlyArray<readonly [Fields, KeyPath]> => {
  if (isMap(value)) return [[value, ["targets_from"]]]
  return list(value).flatMap((item, index) => (isMap(item) ? [[item, ["targets_from", index]] as const] : []))
}

/** Of a URL what may be shown; a user, a password and a query may be secret. */
const nameOf = (files: unknown, url: unknown): string => {
  if (Array.isArray(files)) return files.join(", ")
  if (typeof url !== "string" || !URL.canParse(url)) return ""
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

const requestSite = (own: Fields, refresh: unknown, path: KeyPath): TargetSite => ({
  path,
  name: undefined,
  own,
  settings: { ...builtIn, interval: refresh ?? builtInRefresh.http, ...own },
  pathOf: (...keys) => [...path, ...keys],
  labels: new Map(),
  metrics: []
})

export const sourceSites = (
  value: unknown,
  siteOf: (value: unknown, path: KeyPath) => TargetSite
): ReadonlyArray<SourceSite> =>
  entries(value).map(([own, path]) => {
    const http = isMap(own.http) ? own.http : { url: own.http }
    const common = Object.fromEntries(Object.entries(own).filter(([key]) => !(key in sourceFields)))
    return {
      path,
      name: text(own.name) ?? nameOf(own.files, http.url),
      own,
      target: siteOf(common, path),
      request: "http" in own ? requestSite(http, own.refresh, [...path, "http"]) : undefined
    }
  })
