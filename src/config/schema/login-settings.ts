import * as Schema from "effect/Schema"
import { path } from "../../mapping/schema/compiled.ts"
import { duration } from "../go-duration.ts"
import { queryParameters, Text, text, url } from "./fields.ts"
import { acceptStatus, settings, statusRange } from "./target-settings.ts"

/** A map of any JSON values. `{ file: F }` in it stands for the content of a secret file. */
const Content = Schema.Record(Text, Schema.Unknown)

const Taken = Schema.Union([
  path("Where the value is in the response.", "$.token"),
  Schema.Struct({ header: text({ description: "The response header with the value.", examples: ["X-Auth-Token"] }) })
])

const Logout = Schema.Union([
  text({ description: "URL that ends the session, by POST. It may have values of take in it, as {session}." }),
  Schema.Struct({
    url: text({ description: "URL that ends the session.", examples: ["/api/auth"] }),
    method: Schema.optionalKey(
      Schema.Literals(["GET", "POST", "PUT", "DELETE"]).annotate({
        description: "Method of the request.",
        default: "POST"
      })
    )
  })
]).annotate({ description: "How the session is ended, when poller stops or a reload removes the login." })

/** A session that targets share. */
export const LoginSettings = Schema.Struct({
  url: url({ description: "URL of the login.", examples: ["https://array.example.com/api/login"] }),
  method: settings.method,
  headers: settings.headers,
  headers_from: settings.headers_from,
  accept_status: acceptStatus,
  timeout: settings.timeout,
  proxy: settings.proxy,
  auth: settings.auth,
  tls: settings.tls,
  json: Schema.optionalKey(
    Content.annotate({
      description: "Body of the login as JSON. { file: F } in it is the content of a secret file.",
      examples: [{ user: "poller", password: { file: "array-password" } }]
    })
  ),
  form: Schema.optionalKey(
    Content.annotate({
      description: "Body of the login as a form. { file: F } in it is the content of a secret file.",
      examples: [{ user: "poller", password: { file: "array-password" } }]
    })
  ),
  take: Schema.optionalKey(
    Schema.Record(Text, Taken).pipe(
      Schema.annotateEncoded({
        description:
          "Values of the response by name: paths, or headers. expires says when the session ends: seconds from now, or a time. Cookies are kept without being named.",
        examples: [{ token: "$.data.token", expires: "$.data.expires_in" }]
      })
    )
  ),
  give: Schema.optionalKey(
    Schema.Struct({
      headers: Schema.optionalKey(
        Schema.Record(Text, Schema.String).annotate({
          description: "Headers of the requests to the targets, with values of take in braces.",
          examples: [{ Authorization: "Bearer {token}" }]
        })
      ),
      params: Schema.optionalKey(
        queryParameters({
          description: "Query parameters of the requests to the targets, with values of take in braces.",
          examples: [{ sid: "{sid}" }]
        })
      )
    }).annotate({ description: "What the requests of the session have besides its cookies." })
  ),
  renew: Schema.optionalKey(
    duration({
      description: "Age at which the session is replaced. Default: shortly before expires, or the exp of a JWT."
    })
  ),
  refused: Schema.optionalKey(
    Schema.Array(statusRange).pipe(
      Schema.annotateEncoded({
        description: "Status codes with which a target refuses a session that has ended.",
        default: [401, 403]
      })
    )
  ),
  logout: Schema.optionalKey(Logout)
}).annotate({
  identifier: "Login",
  description: "A session that the targets with login: NAME share: POST if there is a body, else GET."
})
export type LoginSettings = typeof LoginSettings.Type
