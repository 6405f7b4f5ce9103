import { once } from "node:events"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import session, { MemoryStore, type Session } from "express-session"
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose"
import Provider, { errors } from "oidc-provider"

/** A server on a free port of loopback. */
const listen = async (listener: (url: string) => RequestListener | Promise<RequestListener>) => {
  const server = createServer()
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on("request", await listener(url))
  return {
    url,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** A web application with a form and the session cookie of express-session, which lasts `maxAge` milliseconds. */
export const startSessionServer = async (maxAge: number) => {
  const store = new MemoryStore()
  const withSession = session({ secret: "s", resave: false, saveUninitialized: false, store, cookie: { maxAge } })
  const counts = { logins: 0, refusals: 0 }
  const { url, close } = await listen(() => (request, response) => {
    withSession(request, response, async () => {
      const { session } = request as { session?: Session }
      const answer = (status: number, body: object = {}) => response.writeHead(status).end(JSON.stringify(body))
      if (session === undefined) return answer(500)
      if (request.url === "/login") {
        const form = new URLSearchParams(await text(request))
        if (form.get("user") !== "ada" || form.get("password") !== "swordfish") return answer(401)
        counts.logins++
        session.user = "ada"
        return answer(200)
      }
      if (session.user === undefined) {
        counts.refusals++
        return answer(401)
      }
      if (request.url === "/logout") return session.destroy(() => answer(200))
      return answer(200, { users: 7 })
    })
  })
  const sessions = () =>
    new Promise<number>((resolve) => store.all((_error, sessions) => resolve(Object.keys(sessions).length)))
  const forget = () => new Promise<void>((resolve) => store.clear(resolve))
  return { url, counts, sessions, forget, close }
}

/** An API whose login gives a JSON Web Token that lasts `seconds`. */
export const startTokenServer = async (seconds: number) => {
  const key = new TextEncoder().encode("0123456789abcdef0123456789abcdef")
  const counts = { logins: 0, refusals: 0 }
  const { url, close } = await listen(() => async (request, response) => {
    if (request.url === "/api/login") {
      const { user, password } = JSON.parse(await text(request))
      if (user !== "ada" || password !== "swordfish") return response.writeHead(401).end()
      counts.logins++
      const jwt = new SignJWT({ sub: user }).setProtectedHeader({ alg: "HS256" }).setExpirationTime(`${seconds}s`)
      return response.end(JSON.stringify({ data: { token: await jwt.sign(key) } }))
    }
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? ""
    const isGood = await jwtVerify(token, key).then(
      () => true,
      () => false
    )
    if (!isGood) counts.refusals++
    return response.writeHead(isGood ? 200 : 401).end('{"users":7}')
  })
  return { url, counts, close }
}

/** The settings of an access token for an API. */
const resource = (audience: string | undefined, seconds: number) => ({
  scope: "read",
  audience,
  accessTokenFormat: "jwt",
  accessTokenTTL: seconds,
  jwt: { sign: { alg: "RS256" } }
})

/**
 * oidc-provider with the client credentials grant and, as Keycloak's direct access grants, the password grant; and an
 * API that takes the tokens that are made for it. `audience` is a parameter of both.
 */
export const startIdentityProvider = async (seconds: number) => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "k" }
  const client = { redirect_uris: [], response_types: [] }
  const issuer = await listen((url) => {
    const provider = new Provider(url, {
      jwks: { keys: [jwk] },
      clients: [
        { ...client, client_id: "poller", client_secret: "s3 c:ret", grant_types: ["client_credentials"] },
        { ...client, client_id: "ui", token_endpoint_auth_method: "none", grant_types: ["password"] }
      ],
      scopes: ["read"],
      ttl: { AccessToken: seconds, ClientCredentials: seconds },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context: unknown, name: string) => resource(name, seconds),
          defaultResource: () => undefined
        }
      }
    })
    const { AccessToken, ResourceServer } = provider
    const grant = async (context: Parameters<Parameters<Provider["registerGrantType"]>[1]>[0]) => {
      const { username, password, audience } = context.oidc.params
      if (username !== "ada" || password !== "swordfish") throw new errors.InvalidGrant("invalid user credentials")
      const token = new AccessToken({ accountId: username, client: context.oidc.client, scope: "read", grantId: "g" })
      token.resourceServer = new ResourceServer(audience, resource(audience, seconds))
      context.body = { access_token: await token.save(), expires_in: seconds, token_type: "Bearer" }
    }
    provider.registerGrantType("password", grant, ["username", "password", "audience"])
    const callback = provider.callback()
    return (request, response) => {
      if (request.url === "/token") counts.tokens++
      return callback(request, response)
    }
  })
  const counts = { tokens: 0, refusals: 0 }
  const api = await listen(() => async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? ""
    const isGood = await jwtVerify(token, publicKey, { issuer: issuer.url, audience: "https://orders.test/" }).then(
      () => true,
      () => false
    )
    if (!isGood) counts.refusals++
    return response.writeHead(isGood ? 200 : 401).end('{"users":7}')
  })
  return {
    issuer: issuer.url,
    api: api.url,
    counts,
    close: () => {
      issuer.close()
      api.close()
    }
  }
}
