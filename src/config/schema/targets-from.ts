import * as Schema from "effect/Schema"
import { mappingFields } from "../../mapping/schema/mapping.ts"
import { duration } from "../go-duration.ts"
import { settings, sharedMapping, Text, url } from "./target-settings.ts"

/** Time from one reading to the next, as a file would have it: that of Prometheus. */
export const builtInRefresh = { files: "5m", http: "1m" } as const

/** As Prometheus takes them (file_sd_config): a `*` stands in the last part only. */
const Pattern = Schema.String.check(
  Schema.isPattern(/^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/u, {
    expected: "a path that ends in .json, .yml or .yaml, with no * before its last part"
  })
)

const endpoint = url({
  description: "Where targets are listed, in the format of Prometheus' http_sd.",
  examples: ["https://inventory.example.com/targets"]
})

/** The request for a list is made as a target's is; what the targets themselves are asked with stands beside it. */
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
}).annotate({ description: "Where targets are listed, and how that is asked for." })

/** What a source says of itself, and of how its targets are asked; everything else in it is a setting of each of its targets. */
export const sourceFields = {
  name: Schema.optionalKey(
    Text.annotate({
      description: "The source's name: the label source of poller's own metrics. Default: its files, or its URL.",
      examples: ["inventory"]
    })
  ),
  files: Schema.optionalKey(
    Schema.Array(Pattern)
      .check(Schema.isMinLength(1, { expected: "at least one path" }))
      .annotate({
        description: "Files that list targets, in the format of Prometheus' file_sd; followed when they change.",
        examples: [["targets/*.yml"]]
      })
  ),
  http: Schema.optionalKey(Schema.Union([endpoint, Endpoint])),
  refresh: Schema.optionalKey(
    duration({ description: "Time from one reading to the next. Default: 1m for http, 5m for files." })
  ),
  scheme: Schema.optionalKey(
    Schema.Literals(["http", "https"]).annotate({
      description: "How targets are asked that do not say so by __scheme__.",
      default: "http"
    })
  ),
  metrics_path: Schema.optionalKey(
    Text.annotate({
      description: "What of targets is asked that do not say so by __metrics_path__.",
      default: "/",
      examples: ["/v1/status"]
    })
  ),
  params: Schema.optionalKey(
    Schema.Record(Text, Schema.Array(Schema.String)).annotate({
      description: "Parameters of the query; a target's __param_NAME takes the place of the first of that name.",
      examples: [{ format: ["json"] }]
    })
  )
}

/** Targets that are listed elsewhere. */
export const TargetSource = Schema.Struct({
  ...sourceFields,
  ...settings,
  ...mappingFields,
  mapping: sharedMapping
})
  .annotate({
    identifier: "TargetSource",
    description:
      "Targets that are listed in files or by a server, as Prometheus' service discovery has them, and what they have in common: any key of a target but its name and its url."
  })
  // for editors; `check` has a rule of its own, which no other mistake hides
  .check(
    Schema.makeFilter(() => true, {
      toJsonSchema: () => ({ oneOf: [{ required: ["files"] }, { required: ["http"] }] })
    })
  )
