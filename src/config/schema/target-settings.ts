import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { formatNames, formats } from "../../mapping/document/document-format.ts"
import { LabelName } from "../../mapping/schema/labels.ts"
import { size } from "../byte-size.ts"
import { parseCron } from "../cron.ts"
import { duration } from "../go-duration.ts"
import { AuthSettings } from "./auth.ts"
import { queryParameters, secretFile, Text, text, url } from "./fields.ts"
import { PageSettings } from "./page-settings.ts"

/** Built-in values, in the notation of a configuration file. */
export const builtInSettings = {
  interval: "30s",
  method: "GET",
  accept_status: ["200-299"],
  follow_redirects: true,
  max_body: "16MB",
  max_series: 10_000
} as const

/** The built-in timeout is the shorter one of this and the interval. */
export const maxBuiltInTimeout = "10s"

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** A token (RFC 9110, section 5.6.2). */
const HeaderName = Schema.String.check(
  Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u, { expected: "the name of an HTTP header" })
)

/** No control characters, except tab (RFC 9110, section 5.5). */
const HeaderValue = Schema.String.check(
  Schema.isPattern(/^[^\u0000-\u0008\u000A-\u001F\u007F]*$/u, { expected: "a string without control characters" })
)

const StatusCode = Schema.Int.check(
  Schema.isBetween({ minimum: 100, maximum: 599 }, { expected: "a status code, 100 to 599" })
)

interface StatusBounds {
  readonly from: number
  readonly to: number
}

const bounds = (text: string | number): StatusBounds => {
  const [from = "", to = from] = String(text).split("-")
  return { from: Number(from), to: Number(to) }
}

export const statusRange = Schema.Union([
  StatusCode,
  Schema.String.check(
    Schema.isPattern(/^[1-5][0-9][0-9](-[1-5][0-9][0-9])?$/u, {
      expected: "a status code or a range such as 200-299"
    }).abort(),
    Schema.makeFilter((text) => bounds(text).from <= bounds(text).to, {
      expected: "a range that starts with the lower status"
    })
  )
]).pipe(
  Schema.decodeTo(
    Schema.Struct({ from: StatusCode, to: StatusCode }),
    SchemaTransformation.transform({
      decode: bounds,
      encode: ({ from, to }): string | number => (from === to ? from : `${from}-${to}`)
    })
  )
)

const AcceptStatus = Schema.Array(statusRange)
  .check(Schema.isMinLength(1, { expected: "at least one status code or range" }))
  .pipe(
    Schema.annotateEncoded({
      description: "Status codes of a good response.",
      default: builtInSettings.accept_status,
      examples: [["200-299", 503]]
    })
  )

const Headers = Schema.Record(HeaderName, Schema.RedactedFromValue(HeaderValue)).pipe(
  Schema.annotateEncoded({
    description: "Headers of the request. Use headers_from for secrets.",
    examples: [{ Accept: "application/json" }]
  })
)

const Tls = Schema.Struct({
  ca_file: Schema.optionalKey(
    secretFile("CA certificates to trust instead of the built-in ones (Mozilla's list), PEM.", "internal-ca.pem")
  ),
  cert_file: Schema.optionalKey(secretFile("Client certificate, PEM. Needs key_file.", "client.pem")),
  key_file: Schema.optionalKey(secretFile("Key of the client certificate, PEM. Needs cert_file.", "client-key.pem")),
  server_name: Schema.optionalKey(
    text({ description: "Server name to verify in the certificate.", examples: ["api.internal"] })
  ),
  insecure_skip_verify: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Do not verify the certificate. Anyone on the path can read and change the traffic.",
      default: false
    })
  )
}).annotate({ description: "TLS settings of the connection to the target." })

export const acceptStatus = Schema.optionalKey(AcceptStatus)

/** Longest `stale_after`. A schedule for 29 February has a gap of eight years (2922 days) around 2100. */
const longestStale = Duration.days(4000)

/** The keys of a target that `defaults` has too. */
export const settings = {
  interval: Schema.optionalKey(duration({ description: "Time between two polls.", default: builtInSettings.interval })),
  schedule: Schema.optionalKey(
    Schema.String.annotate({
      description:
        "When to poll, instead of interval: the five fields of crontab(5), in the timezone of the target. Needs stale_after.",
      examples: ["0 6 * * MON-FRI"]
    }).check(
      Schema.makeFilter(
        (text) => {
          const parsed = parseCron(text)
          return Result.isSuccess(parsed) || `expected ${parsed.failure}`
        },
        { expected: "a schedule of crontab(5), such as 0 6 * * MON-FRI" }
      )
    )
  ),
  timeout: Schema.optionalKey(
    duration({
      description:
        "Maximum duration of a poll, from connecting to the last byte; at most the interval. Default: 10s, or the interval if that is shorter.",
      default: maxBuiltInTimeout
    })
  ),
  stale_after: Schema.optionalKey(
    duration(
      {
        description: "How long the series stay after the last good poll. Default: 3 intervals. Required with schedule."
      },
      longestStale
    )
  ),
  labels: Schema.optionalKey(
    Schema.Record(LabelName, Schema.String).annotate({
      description: "Constant labels of all series of the target.",
      examples: [{ site: "ams1" }]
    })
  ),
  format: Schema.optionalKey(
    Schema.Literals(formatNames).annotate({
      description: `How a response is written. ${formatNames.map((name) => `${name}: ${formats[name].reads.replaceAll("`", "")}.`).join(" ")}`,
      default: "json"
    })
  ),
  method: Schema.optionalKey(
    Schema.Literals(["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"]).annotate({
      description: "HTTP method of the request.",
      default: builtInSettings.method
    })
  ),
  params: Schema.optionalKey(
    queryParameters({
      description: "Query parameters. They are encoded and appended to the query of the URL.",
      examples: [{ format: "json", from: "{now-5m:ms}" }]
    })
  ),
  timezone: Schema.optionalKey(
    Schema.String.annotate({
      description: "Time zone of the schedule and of the times in the request. Default: UTC.",
      examples: ["Europe/Berlin"]
    }).check(Schema.makeFilter(isTimeZone, { expected: "a time zone such as Europe/Berlin" }))
  ),
  headers: Schema.optionalKey(Headers),
  headers_from: Schema.optionalKey(
    Schema.Record(HeaderName, Text).annotate({
      description: "Headers whose values are read from files.",
      examples: [{ "X-Api-Key": "shop-key" }]
    })
  ),
  body: Schema.optionalKey(
    Schema.RedactedFromValue(
      Schema.String.annotate({ description: "Body of the request.", examples: ['{"query":"{ up }"}'] })
    )
  ),
  accept_status: acceptStatus,
  follow_redirects: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Follow up to 10 redirects. Credentials are not sent to another origin.",
      default: builtInSettings.follow_redirects
    })
  ),
  max_body: Schema.optionalKey(
    size({
      description: "Maximum size of the response body after decompression. A poll with a larger one fails.",
      default: builtInSettings.max_body
    })
  ),
  max_series: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThan(0, { expected: "a number of at least 1" })).annotate({
      description: "Maximum number of series of a poll. A poll with more fails.",
      default: builtInSettings.max_series
    })
  ),
  proxy: Schema.optionalKey(
    url({
      description: "URL of an HTTP proxy. Default: the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
      examples: ["http://proxy.internal:3128"]
    })
  ),
  login: Schema.optionalKey(
    text({ description: "Name of an entry of logins: the session of the requests.", examples: ["array"] })
  ),
  pages: Schema.optionalKey(PageSettings),
  auth: Schema.optionalKey(AuthSettings),
  tls: Schema.optionalKey(Tls)
}

/** A key of a target that `defaults` does not have. */
export const sharedMapping = Schema.optionalKey(
  Text.annotate({
    description: "Name of an entry of mappings, instead of metrics and each.",
    examples: ["node"]
  })
)
