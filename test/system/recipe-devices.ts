import { createHash } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { text } from "node:stream/consumers"

/** A substitute for the device or service of a recipe in docs/requests.md. */
export interface Device {
  /** The origins in the recipe, with their schemes; none for a unix socket. */
  readonly origins: ReadonlyArray<string>
  readonly secrets: Readonly<Record<string, string>>
  readonly answer: (request: IncomingMessage, response: ServerResponse) => unknown
  /** Samples that the recipe must give. */
  readonly series: ReadonlyArray<string>
  /** How many sessions are open; undefined if the recipe has no logout. */
  readonly sessions?: () => number
}

const json = (
  response: ServerResponse,
  document: unknown,
  status = 200,
  headers: Record<string, string | string[]> = {}
) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(document))

const unauthorized = (response: ServerResponse) => json(response, { error: { key: "unauthorized" } }, 401)

/** https://docs.pi-hole.net/api/auth/ */
const piHole = (): Device => {
  const sessions = new Set<string>()
  return {
    origins: ["http://pi.hole"],
    secrets: { "pihole-password": "swordfish" },
    answer: async (request, response) => {
      const sid = String(request.headers["x-ftl-sid"])
      if (request.url === "/api/auth" && request.method === "POST") {
        if (JSON.parse(await text(request)).password !== "swordfish") return unauthorized(response)
        const made = "vFA+EP4MQ5JJvJg+3Q2Jnw="
        sessions.add(made)
        const session = { valid: true, totp: false, sid: made, csrf: "Ux87YTIiMOf/GKCefVIOMw=", validity: 1800 }
        return json(response, { session, took: 0.0002 })
      }
      if (!sessions.has(sid)) return unauthorized(response)
      if (request.url === "/api/auth" && request.method === "DELETE") {
        sessions.delete(sid)
        return response.writeHead(204).end()
      }
      const queries = { total: 7497, blocked: 3465, percent_blocked: 34.5, unique_domains: 445, forwarded: 4574 }
      return request.url === "/api/stats/summary"
        ? json(response, { queries, clients: { active: 10, total: 22 }, gravity: { domains_being_blocked: 104756 } })
        : json(response, {}, 404)
    },
    series: ["pihole_queries 7497", "pihole_blocked_ratio 0.345"],
    sessions: () => sessions.size
  }
}

/** UniFi OS answers a login with a cookie, and 401 to a request without it. */
const uniFi = (): Device => ({
  origins: ["https://unifi.internal"],
  secrets: { "unifi-password": "swordfish" },
  answer: async (request, response) => {
    if (request.url === "/api/auth/login" && request.method === "POST") {
      const { username, password } = JSON.parse(await text(request))
      if (username !== "poller" || password !== "swordfish") return unauthorized(response)
      const cookie = "TOKEN=eyJhbGciOiJIUzI1NiJ9.e30.c2ln; path=/; samesite=strict; secure; httponly"
      return json(response, { unique_id: "1" }, 200, { "set-cookie": [cookie], "x-csrf-token": "7d" })
    }
    if (request.headers.cookie !== "TOKEN=eyJhbGciOiJIUzI1NiJ9.e30.c2ln") return unauthorized(response)
    const data = [
      { subsystem: "wlan", num_user: 12, num_guest: 0, status: "ok" },
      { subsystem: "wan", status: "ok" }
    ]
    return json(response, { meta: { rc: "ok" }, data })
  },
  series: ['unifi_users{subsystem="wlan"} 12']
})

/** DSP0266: a session is a resource, whose URL and token are in headers. */
const redfish = (): Device => {
  const sessions = new Set<string>()
  return {
    origins: ["https://idrac.internal"],
    secrets: { "idrac-password": "swordfish" },
    answer: async (request, response) => {
      const { url = "", method } = request
      if (url === "/redfish/v1/SessionService/Sessions" && method === "POST") {
        const { UserName, Password } = JSON.parse(await text(request))
        if (UserName !== "poller" || Password !== "swordfish") return unauthorized(response)
        const location = "/redfish/v1/SessionService/Sessions/1234"
        sessions.add(location)
        return json(response, { Id: "1234", UserName }, 201, { "x-auth-token": "13ad", location })
      }
      if (request.headers["x-auth-token"] !== "13ad" || sessions.size === 0) return unauthorized(response)
      if (method === "DELETE") return response.writeHead(sessions.delete(url) ? 204 : 404).end()
      const Temperatures = [
        { Name: "System Board Inlet Temp", ReadingCelsius: 21, Status: { Health: "OK", State: "Enabled" } },
        { Name: "CPU2 Temp", ReadingCelsius: null, Status: { State: "Absent" } }
      ]
      return url === "/redfish/v1/Chassis/System.Embedded.1/Thermal"
        ? json(response, { Id: "Thermal", Temperatures })
        : json(response, {}, 404)
    },
    series: ['idrac_temperature_celsius{sensor="System Board Inlet Temp"} 21'],
    sessions: () => sessions.size
  }
}

const sha256 = (value: string) => createHash("sha256").update(value).digest("hex")

/** https://shelly-api-docs.shelly.cloud/gen2/General/Authentication */
const shelly = (): Device => ({
  origins: ["http://plug.internal"],
  secrets: { "plug-password": "swordfish" },
  answer: (request, response) => {
    const realm = "shellyplus1-a8032abe54dc"
    const nonce = "1625038762"
    const { authorization = "" } = request.headers
    const of = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(authorization)?.[1] ?? ""
    const ha1 = sha256(`admin:${realm}:swordfish`)
    const ha2 = sha256(`${request.method}:${request.url}`)
    const right = sha256([ha1, nonce, of("nc"), of("cnonce"), "auth", ha2].join(":"))
    if (of("response") !== right || of("algorithm") !== "SHA-256") {
      const challenge = `Digest qop="auth", realm="${realm}", nonce="${nonce}", algorithm=SHA-256`
      return response.writeHead(401, { "www-authenticate": challenge }).end()
    }
    return request.url === "/rpc/Switch.GetStatus?id=0"
      ? json(response, { id: 0, output: true, apower: 8.9, voltage: 237.5, current: 0.083 })
      : json(response, {}, 404)
  },
  series: ["plug_power_watts 8.9"]
})

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const gitHub = (): Device => ({
  origins: ["https://api.github.com"],
  secrets: { "github-token": "github_pat_11AAAA" },
  answer: (request, response) => {
    const { authorization, accept, host, "user-agent": agent } = request.headers
    if (authorization !== "Bearer github_pat_11AAAA") return json(response, { message: "Bad credentials" }, 401)
    if (agent === undefined || accept !== "application/vnd.github+json") return json(response, {}, 403)
    // the recipe is served without TLS here
    const url = new URL(request.url ?? "", `http://${host}`)
    if (url.pathname !== "/orgs/example/actions/runners" || url.searchParams.get("per_page") !== "100")
      return json(response, { message: "Not Found" }, 404)
    const page = Number(url.searchParams.get("page") ?? 1)
    const to = (number: number) => `${url.origin}${url.pathname}?per_page=100&page=${number}`
    const link = page === 1 ? `<${to(2)}>; rel="next", <${to(2)}>; rel="last"` : `<${to(1)}>; rel="first"`
    const runners = [{ id: page, name: `runner-${page}`, os: "linux", status: "online", busy: page === 2 }]
    return json(response, { total_count: 2, runners }, 200, { link })
  },
  series: ['github_runner_busy{runner="runner-1"} 0', 'github_runner_busy{runner="runner-2"} 1']
})

/** https://www.keycloak.org/docs/latest/server_admin/#_oidc-auth-flows-direct */
const keycloak = (): Device => ({
  origins: ["https://login.example.com", "https://orders.example.com", "https://legacy.example.com"],
  secrets: { "orders-secret": "s3cret", "legacy-password": "swordfish" },
  answer: async (request, response) => {
    if (request.url === "/realms/ops/protocol/openid-connect/token") {
      const form = Object.fromEntries(new URLSearchParams(await text(request)))
      const { grant_type, client_id, username, password, audience } = form
      const isService =
        grant_type === "client_credentials" &&
        request.headers.authorization === `Basic ${btoa("poller:s3cret")}` &&
        audience === "orders"
      const isUser =
        grant_type === "password" && client_id === "legacy-ui" && username === "poller" && password === "swordfish"
      const token = { expires_in: 300, refresh_expires_in: 0, token_type: "Bearer", "not-before-policy": 0 }
      return isService || isUser
        ? json(response, { access_token: isUser ? "of-user" : "of-service", ...token })
        : json(response, { error: "invalid_grant", error_description: "Invalid user credentials" }, 401)
    }
    const { authorization } = request.headers
    if (authorization === "Bearer of-service") return json(response, { open: 4 })
    return authorization === "Bearer of-user" ? json(response, { sessions: 9 }) : json(response, {}, 401)
  },
  series: ["orders_open 4", "legacy_sessions 9"]
})

/** https://docs.docker.com/reference/api/engine/version/v1.47/#tag/System/operation/SystemInfo */
const docker = (): Device => ({
  origins: [],
  secrets: {},
  answer: (request, response) =>
    request.url === "/v1.47/info"
      ? json(response, { ID: "7TRN", Containers: 14, ContainersRunning: 3, ContainersPaused: 1, Images: 508 })
      : json(response, { message: "page not found" }, 404),
  series: ["docker_containers_running 3", "docker_images 508"]
})

/** A form whose answer is a redirect, and a redirect to the form for those without a session. */
const webApplication = (): Device => ({
  origins: ["https://app.example.com"],
  secrets: { "app-password": "swordfish" },
  answer: async (request, response) => {
    if (request.url === "/login" && request.method === "POST") {
      const form = new URLSearchParams(await text(request))
      const isGood = form.get("user") === "poller" && form.get("password") === "swordfish"
      if (!isGood) return response.writeHead(200).end("<form>Wrong password</form>")
      return response.writeHead(302, { location: "/", "set-cookie": "sid=7; Path=/; HttpOnly" }).end()
    }
    if (request.headers.cookie !== "sid=7") return response.writeHead(302, { location: "/login" }).end()
    return json(response, { users: 5 })
  },
  series: ["app_users 5"]
})

/** By the heading of the recipe. */
export const devices: Readonly<Record<string, () => Device>> = {
  "Pi-hole 6": piHole,
  UniFi: uniFi,
  "iDRAC and other Redfish devices": redfish,
  Shelly: shelly,
  GitHub: gitHub,
  "An API that Keycloak protects": keycloak,
  Docker: docker,
  "A web application with a form": webApplication
}
