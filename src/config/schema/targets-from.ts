import * as Schema from "effect/Schema"
import { mappingFields } from "../../mapping/schema/mapping.ts"
import { duration } from "../go-duration.ts"
import { queryParameters, Text, url } from "./fields.ts"
import { settings, sharedMapping } from "./target-settings.ts"

/** Default time between two reads, as in Prometheus. */
export const builtInRefresh = { files: "5m", http: "1m" } as const

/** Default limit of targets in a source. */
export const defaultMaxTargets = 10_000

/** A path as in Prometheus' file_sd_config: only the last part may contain `*`. */
const Pattern = Schema.String.check(
  Schema.isPattern(/^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/u, {
    expected: "a path that ends in .json, .yml or .yaml, with no * before its last part"
  })
)

const endpoint = url({
  description: "URL of a list of targets in the format of Prometheus' http_sd.",
  examples: ["https://inventory.example.com/targets"]
})

/** Settings of the request for the list. The settings of the targets are beside `http`, not in it. */
const Endpoint = Schema.Struct({
  url: endpoint,
  timeout: settings.timeout,
  headers: settings.headers,
  headers_from: settings.headers_from,
  follow_redirects: settings.follow_redirects,
  max_body: settings.max_body,
  proxy: settings.proxy,
  auth: settings.auth,
  tls: settings.tls
}).annotate({ description: "Request for a list of targets." })

/** The keys of the source. Every other key of an entry is a setting of all its targets. */
export const sourceFields = {
  name: Schema.optionalKey(
    Text.annotate({
      description: "Name of the source: the label source of poller's own metrics. Default: its files, or its URL.",
      examples: ["inventory"]
    })
  ),
  files: Schema.optionalKey(
    Schema.Array(Pattern)
      .check(Schema.isMinLength(1, { expected: "at least one path" }))
      .annotate({
        description:
          "Files with lists of targets in the format of Prometheus' file_sd. They are read again when they change.",
        examples: [["targets/*.yml"]]
      })
  ),
  http: Schema.optionalKey(Schema.Union([endpoint, Endpoint])),
  refresh: Schema.optionalKey(
    duration({ description: "Time between two readings. Default: 1m for http, 5m for files." })
  ),
  max_targets: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThan(0, { expected: "a number of at least 1" })).annotate({
      description: "The most targets that the source may list; a longer list is refused, and the last one stays.",
      default: defaultMaxTargets
    })
  ),
  scheme: Schema.optionalKey(
    Schema.Literals(["http", "https"]).annotate({
      description: "Scheme of targets without the label __scheme__.",
      default: "http"
    })
  ),
  metrics_path: Schema.optionalKey(
    Text.annotate({
      description: "Path of targets without the label __metrics_path__.",
      default: "/",
      examples: ["/v1/status"]
    })
  ),
  params: Schema.optionalKey(
    queryParameters({
      description: "Query parameters. The label __param_NAME of a target replaces the first value of that name.",
      examples: [{ format: ["json"] }]
    })
  )
}

export const TargetSource = Schema.Struct({
  ...settings,
  ...sourceFields,
  ...mappingFields,
  mapping: sharedMapping
})
  .annotate({
    identifier: "TargetSource",
    description:
      "Targets from files or from a server, as in the service discovery of Prometheus. Their common settings are beside: any key of a target, except name and url."
  })
  // for editors only: `check` has a rule of its own, which also runs if there are other errors
  .check(
    Schema.makeFilter(() => true, {
      toJsonSchema: () => ({ oneOf: [{ required: ["files"] }, { required: ["http"] }] })
    })
  )
