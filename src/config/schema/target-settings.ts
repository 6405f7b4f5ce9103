import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { LabelName } from "../../mapping/schema/labels.ts"
import { size } from "../byte-size.ts"
import { duration } from "../go-duration.ts"

/** What a target has that neither says nor inherits anything else, as a file would have it. */
export const builtInSettings = {
  interval: "30s",
  method: "GET",
  accept_status: ["200-299"],
  follow_redirects: true,
  max_body: "16MB",
  max_series: 10_000
} as const

/** Or the interval, where that is shorter. */
export const maxBuiltInTimeout = "10s"

export const Text = Schema.String.check(Schema.isMinLength(1, { expected: "a string that is not empty" }))

const text = (annotations: { readonly description: string; readonly examples?: ReadonlyArray<string> }) =>
  Text.annotate(annotations)

/** A file that holds a secret or a certificate; where a relative path is looked up is settled at load. */
const file = (description: string, example: string) => text({ description, examples: [example] })

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** A URL for HTTP. What was found instead is not told: it may hold a password. */
export const url = (about: { readonly description: string; readonly examples: ReadonlyArray<string> }) =>
  Schema.String.annotate(about)
    .check(
      Schema.isPattern(/^https?:\/\//u, { expected: "a URL that begins with http:// or https://" }).abort(),
      Schema.makeFilter(isHttp, { expected: "a URL with a host, such as https://api.example.com/v1/status" })
    )
    .pipe(Schema.decodeTo(Schema.URL, SchemaTransformation.urlFromString))

/** A token of RFC 9110, section 5.6.2. */
const HeaderName = Schema.String.check(
  Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u, { expected: "the name of an HTTP header" })
)

/** RFC 9110, section 5.5: no control characters but the tab. */
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

const StatusRange = Schema.Union([
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

const AcceptStatus = Schema.Array(StatusRange)
  .check(Schema.isMinLength(1, { expected: "at least one status code or range" }))
  .pipe(
    Schema.annotateEncoded({
      description: "Status codes of a good answer.",
      default: builtInSettings.accept_status,
      examples: [["200-299", 503]]
    })
  )

const Headers = Schema.Record(HeaderName, Schema.RedactedFromValue(HeaderValue)).pipe(
  Schema.annotateEncoded({
    description: "Headers of the request. For a secret one take headers_from.",
    examples: [{ Accept: "application/json" }]
  })
)

const Basic = Schema.Struct({
  username: text({ description: "The user's name." }),
  password_file: file("The file that holds the password.", "shop-password")
}).annotate({ description: "Basic authentication (RFC 7617)." })

const OAuth2 = Schema.Struct({
  token_url: url({
    description: "Where a token is asked for.",
    examples: ["https://login.example.com/oauth/token"]
  }),
  client_id: text({ description: "The client's name." }),
  client_secret_file: file("The file that holds the client's secret.", "fleet-secret"),
  scopes: Schema.optionalKey(
    Schema.Array(Text).annotate({
      description: "What the token shall be good for.",
      examples: [["read:nodes"]]
    })
  )
}).annotate({ description: "A token by the client credentials grant (RFC 6749, section 4.4), kept until it expires." })

const Auth = Schema.Struct({
  basic: Schema.optionalKey(Basic),
  bearer_token_file: Schema.optionalKey(file("The file that holds a bearer token (RFC 6750).", "fleet-token")),
  oauth2: Schema.optionalKey(OAuth2)
})
  // for editors; `check` has a rule of its own, which no other mistake hides
  .check(Schema.makeFilter(() => true, { toJsonSchema: () => ({ minProperties: 1, maxProperties: 1 }) }))
  .annotate({ description: "How the poller makes itself known: one of basic, bearer_token_file and oauth2." })

const Tls = Schema.Struct({
  ca_file: Schema.optionalKey(
    file("Certificates of the authorities to trust in place of the system's, PEM.", "internal-ca.pem")
  ),
  cert_file: Schema.optionalKey(file("The client's certificate, PEM; with key_file.", "client.pem")),
  key_file: Schema.optionalKey(file("The key of the client's certificate, PEM; with cert_file.", "client-key.pem")),
  server_name: Schema.optionalKey(
    text({ description: "The name that the server's certificate must be for.", examples: ["api.internal"] })
  ),
  insecure_skip_verify: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Take any certificate. Whoever is between can read and change all.",
      default: false
    })
  )
}).annotate({ description: "TLS towards the target." })

/** The keys that a target and `defaults` have in common. */
export const settings = {
  interval: Schema.optionalKey(
    duration({ description: "Time from one poll to the next.", default: builtInSettings.interval })
  ),
  timeout: Schema.optionalKey(
    duration({
      description:
        "Time that a poll may take, from connecting to the last byte; at most the interval. Default: 10s, or the interval where that is shorter.",
      default: maxBuiltInTimeout
    })
  ),
  stale_after: Schema.optionalKey(
    duration({ description: "Time from the last good poll until its series are gone. Default: 3 intervals." })
  ),
  labels: Schema.optionalKey(
    Schema.Record(LabelName, Schema.String).annotate({
      description: "Constant labels, on every series of the target.",
      examples: [{ site: "ams1" }]
    })
  ),
  method: Schema.optionalKey(
    Schema.Literals(["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"]).annotate({
      description: "The request's method.",
      default: builtInSettings.method
    })
  ),
  headers: Schema.optionalKey(Headers),
  headers_from: Schema.optionalKey(
    Schema.Record(HeaderName, Text).annotate({
      description: "Headers whose values are the contents of files.",
      examples: [{ "X-Api-Key": "shop-key" }]
    })
  ),
  body: Schema.optionalKey(
    Schema.RedactedFromValue(
      Schema.String.annotate({ description: "The request's body.", examples: ['{"query":"{ up }"}'] })
    )
  ),
  accept_status: Schema.optionalKey(AcceptStatus),
  follow_redirects: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Follow up to 10 redirects; credentials do not go to another origin.",
      default: builtInSettings.follow_redirects
    })
  ),
  max_body: Schema.optionalKey(
    size({
      description: "The longest answer, counted after decompression; a longer one fails the poll.",
      default: builtInSettings.max_body
    })
  ),
  max_series: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThan(0, { expected: "a number of at least 1" })).annotate({
      description: "The most series that a poll may yield; more fail it.",
      default: builtInSettings.max_series
    })
  ),
  proxy: Schema.optionalKey(
    url({
      description:
        "The HTTP proxy to go through. Without it the usual variables hold: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.",
      examples: ["http://proxy.internal:3128"]
    })
  ),
  auth: Schema.optionalKey(Auth),
  tls: Schema.optionalKey(Tls)
}

/** Stands beside the settings in a target, but not in `defaults`. */
export const sharedMapping = Schema.optionalKey(
  Text.annotate({
    description: "The name of an entry under mappings, in place of metrics and each.",
    examples: ["node"]
  })
)
