import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Request } from "../client/request.ts"
import type { RequestOptions } from "./discovered-settings.ts"
import type { RawSource } from "./raw-source.ts"
import { builtInRefresh, defaultMaxTargets, sourceFields } from "./schema/targets-from.ts"
import type { Locate } from "./secret-files.ts"
import { requestOfSettings } from "./target.ts"

/** A source of targets: files, or a server. */
export interface DiscoverySource {
  /** Unique, without secrets. */
  readonly name: string
  readonly origin:
    | {
        readonly _tag: "Files"
        /** Absolute paths. Only the last part may contain `*`. */
        readonly patterns: ReadonlyArray<string>
      }
    | { readonly _tag: "Http"; readonly request: Request }
  /** Time between two reads. */
  readonly refresh: Duration.Duration
  /** A longer list is rejected, and the last good list stays. */
  readonly maxTargets: number
}

const decode = Schema.decodeUnknownSync(Schema.Struct(sourceFields), { onExcessProperty: "ignore" })
const decodeRefresh = Schema.decodeSync(Schema.requiredKey(sourceFields.refresh))

/** How to request the targets of a source. */
export const requestOptionsOf = ({ own }: RawSource): RequestOptions => {
  const { scheme = "http", metrics_path = "/", params = {} } = decode(own)
  const lists = Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value : [String(value)]])
  return { scheme, path: metrics_path, params: Object.fromEntries(lists) }
}

/**
 * The request of Prometheus' http_sd (https://prometheus.io/docs/prometheus/latest/http_sd/). Any status but 200 is an
 * error.
 */
const listRequest = (request: Request, refresh: Duration.Duration): Request => ({
  ...request,
  acceptStatus: [{ from: 200, to: 200 }],
  headers: {
    ...request.headers,
    "X-Prometheus-Refresh-Interval-Seconds": Redacted.make(String(Duration.toSeconds(refresh)))
  }
})

/** Resolves a source of a configuration without errors. */
export const discoverySource = ({ name, own, request }: RawSource, locate: Locate): DiscoverySource => {
  const { files = [], max_targets: maxTargets = defaultMaxTargets, ...given } = decode(own)
  if (request === undefined) {
    const { refresh = decodeRefresh(builtInRefresh.files) } = given
    return { name, origin: { _tag: "Files", patterns: files.map((pattern) => locate(pattern)) }, refresh, maxTargets }
  }
  const { refresh = decodeRefresh(builtInRefresh.http) } = given
  const asked = requestOfSettings({ ...request.settings, name }, locate)
  return { name, origin: { _tag: "Http", request: listRequest(asked, refresh) }, refresh, maxTargets }
}
