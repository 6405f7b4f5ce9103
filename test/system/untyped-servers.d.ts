declare module "express-session" {
  import type { IncomingMessage, ServerResponse } from "node:http"

  export interface Session {
    user?: string
    destroy(done: () => void): void
  }
  export class MemoryStore {
    all(done: (error: unknown, sessions: Readonly<Record<string, unknown>>) => void): void
    clear(done: () => void): void
  }
  export default function session(options: {
    readonly secret: string
    readonly resave: boolean
    readonly saveUninitialized: boolean
    readonly store: MemoryStore
    readonly cookie: { readonly maxAge: number }
  }): (request: IncomingMessage & { session?: Session }, response: ServerResponse, next: () => void) => void
}

declare module "oidc-provider" {
  import type { RequestListener } from "node:http"

  interface Context {
    body: unknown
    readonly oidc: { readonly params: Readonly<Record<string, string>>; readonly client: unknown }
  }
  export const errors: { readonly InvalidGrant: new (description: string) => Error }
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    registerGrantType(
      name: string,
      handle: (context: Context) => Promise<void>,
      parameters: ReadonlyArray<string>
    ): void
    readonly AccessToken: new (
      claims: object
    ) => { resourceServer: unknown; readonly expiration: number; save(): Promise<string> }
    readonly ResourceServer: new (
      audience: string | undefined,
      info: object
    ) => object
  }
}
