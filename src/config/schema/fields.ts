import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

export const Text = Schema.String.check(Schema.isMinLength(1, { expected: "a non-empty string" }))

export const text = (annotations: { readonly description: string; readonly examples?: ReadonlyArray<string> }) =>
  Text.annotate(annotations)

type QueryValue = string | number | boolean | ReadonlyArray<string>

/** Query parameters: one value, or a list of them. */
export const queryParameters = (about: {
  readonly description: string
  readonly examples: ReadonlyArray<Readonly<Record<string, QueryValue>>>
}) =>
  Schema.Record(
    Text,
    Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Array(Schema.String)])
  ).annotate(about)

/** The path of a file with a secret or a certificate. config/secret-files.ts resolves relative paths. */
export const secretFile = (description: string, example: string) => text({ description, examples: [example] })

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** Node treats port 0 as no port, and would connect to port 80. */
const hasPort = Schema.makeFilter((text: string) => !isHttp(text) || new URL(text).port !== "0", {
  expected: "a URL with a port from 1 to 65535"
})

/** URLs of targets that are not HTTP or HTTPS: a unix socket, or a file. */
export const localForm = /^(?:http\+unix:\/\/\/[^:]+:\/|file:\/\/\/[^/])/

/** The URL of a target in the configuration: http, https, http+unix or file. */
export const targetUrl = (about: { readonly description: string; readonly examples: ReadonlyArray<string> }) =>
  Schema.String.annotate(about)
    .check(
      Schema.isPattern(/^(https?|http\+unix|file):\/\//u, {
        expected: "a URL that begins with http://, https://, http+unix:// or file://"
      }).abort(),
      Schema.makeFilter((text) => !/^https?:/.test(text) || isHttp(text), {
        expected: "a URL with a host, such as https://api.example.com/v1/status"
      }),
      hasPort,
      Schema.makeFilter((text) => /^https?:/.test(text) || localForm.test(text), {
        expected: "a URL such as http+unix:///run/docker.sock:/v1.47/info or file:///var/lib/x/stats.json"
      })
    )
    .pipe(Schema.decodeTo(Schema.URL, SchemaTransformation.urlFromString))

/** A URL of http or https. Messages do not show the value: it may contain a password. */
export const url = (about: { readonly description: string; readonly examples: ReadonlyArray<string> }) =>
  Schema.String.annotate(about)
    .check(
      Schema.isPattern(/^https?:\/\//u, { expected: "a URL that begins with http:// or https://" }).abort(),
      Schema.makeFilter(isHttp, { expected: "a URL with a host, such as https://api.example.com/v1/status" }),
      hasPort
    )
    .pipe(Schema.decodeTo(Schema.URL, SchemaTransformation.urlFromString))
