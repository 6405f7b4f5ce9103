import * as Schema from "effect/Schema"
import type { Auth } from "../../client/request.ts"
import { secretFile, Text, text, url } from "./fields.ts"

type KeyPath = ReadonlyArray<string>

/** A kind of authentication: the schema of its settings, the keys of its secret files, and the value for the client. */
interface AuthKind<T extends Auth["_tag"], S extends Schema.Constraint> {
  readonly schema: S
  readonly files: ReadonlyArray<KeyPath>
  readonly authOf: (settings: S["Type"]) => Extract<Auth, { readonly _tag: T }>
}

const kind = <T extends Auth["_tag"], S extends Schema.Constraint>(_tag: T, kind: AuthKind<T, S>): AuthKind<T, S> =>
  kind

const user = {
  username: text({ description: "User name." }),
  password_file: secretFile("File with the password.", "shop-password")
}

/**
 * The kinds of authentication by their keys under `auth`. Schema, `check`, secret files and requests derive from this
 * table; the table in client/authenticator.ts defines how requests are made. The code does not compile if one of the
 * tables lacks a kind.
 */
const authKinds = {
  basic: kind("Basic", {
    schema: Schema.Struct(user).annotate({ description: "Basic authentication (RFC 7617)." }),
    files: [["password_file"]],
    authOf: ({ username, password_file }) => ({ _tag: "Basic", username, password: { path: password_file } })
  }),
  digest: kind("Digest", {
    schema: Schema.Struct(user).annotate({
      description: "Digest authentication (RFC 7616): MD5, SHA-256 or SHA-512/256."
    }),
    files: [["password_file"]],
    authOf: ({ username, password_file }) => ({ _tag: "Digest", username, password: { path: password_file } })
  }),
  bearer_token_file: kind("Bearer", {
    schema: secretFile("File with a bearer token (RFC 6750).", "fleet-token"),
    files: [[]],
    authOf: (path) => ({ _tag: "Bearer", token: { path } })
  }),
  oauth2: kind("OAuth2", {
    schema: Schema.Struct({
      token_url: url({
        description: "URL of the token endpoint.",
        examples: ["https://login.example.com/oauth/token"]
      }),
      client_id: text({ description: "Client ID." }),
      client_secret_file: Schema.optionalKey(
        secretFile("File with the client secret. A public client of the password grant has none.", "fleet-secret")
      ),
      scopes: Schema.optionalKey(
        Schema.Array(Text).annotate({ description: "Scopes of the token.", examples: [["read:nodes"]] })
      ),
      grant: Schema.optionalKey(
        Schema.Literals(["client_credentials", "password"]).annotate({
          description: "How a token is requested. password needs username and password_file.",
          default: "client_credentials"
        })
      ),
      username: Schema.optionalKey(text({ description: "The user of the password grant." })),
      password_file: Schema.optionalKey(
        secretFile("The file that holds the password of the password grant.", "fleet-password")
      ),
      params: Schema.optionalKey(
        Schema.Record(Text, Schema.String).annotate({
          description: "More parameters of the request for a token.",
          examples: [{ audience: "https://api.example.com" }]
        })
      )
    }).annotate({
      description:
        "A token by the client credentials or the password grant (RFC 6749, sections 4.3 and 4.4), kept until it expires."
    }),
    files: [["client_secret_file"], ["password_file"]],
    authOf: ({ token_url, client_id, client_secret_file, scopes = [], username = "", password_file, params = {} }) => ({
      _tag: "OAuth2",
      tokenUrl: token_url,
      clientId: client_id,
      clientSecret: client_secret_file === undefined ? undefined : { path: client_secret_file },
      scopes,
      grant:
        password_file === undefined
          ? { _tag: "ClientCredentials" }
          : { _tag: "Password", username, password: { path: password_file } },
      parameters: params
    })
  })
}

type AuthKey = keyof typeof authKinds
type Covered = ReturnType<(typeof authKinds)[AuthKey]["authOf"]>["_tag"]

/** The code does not compile if a kind of the client has no key here. */
export const everyKindHasAKey: Auth["_tag"] extends Covered ? true : never = true

export const authKeys = Object.keys(authKinds) as ReadonlyArray<AuthKey>

const fields = {
  basic: Schema.optionalKey(authKinds.basic.schema),
  digest: Schema.optionalKey(authKinds.digest.schema),
  bearer_token_file: Schema.optionalKey(authKinds.bearer_token_file.schema),
  oauth2: Schema.optionalKey(authKinds.oauth2.schema)
} satisfies Readonly<Record<AuthKey, unknown>>

export const AuthSettings = Schema.Struct(fields)
  // for editors only: `check` has a rule of its own, which also runs if there are other errors
  .check(Schema.makeFilter(() => true, { toJsonSchema: () => ({ minProperties: 1, maxProperties: 1 }) }))
  .annotate({ description: `Authentication: one of ${authKeys.join(", ")}.` })
export type AuthSettings = typeof AuthSettings.Type

/** The settings that name secret files, below `auth`. */
export const authFiles: ReadonlyArray<KeyPath> = authKeys.flatMap((key) =>
  authKinds[key].files.map((path) => [key, ...path])
)

const ofKind = <K extends AuthKey>(key: K, settings: AuthSettings): Auth | undefined => {
  const own = settings[key]
  // the compiler cannot see that an entry of the table fits its settings
  return own === undefined ? undefined : (authKinds[key].authOf as (settings: typeof own) => Auth)(own)
}

export const authOf = (settings: AuthSettings): Auth | undefined => {
  for (const key of authKeys) {
    const auth = ofKind(key, settings)
    if (auth !== undefined) return auth
  }
  return undefined
}
