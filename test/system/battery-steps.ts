import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { dirname, join } from "node:path"
import type { documents } from "../client/documents.ts"
import { type Fault, type Faulty, faults } from "../client/faulty.ts"
import { configuration } from "./temporary-config.ts"

type Chosen = keyof typeof faults | keyof typeof documents

/** The faults that are tried at each step of a poll: some of each kind (hang, drip, flood, refuse, garbage). */
const chosen: ReadonlyArray<Chosen> = [
  "hang",
  "hang_in_headers",
  "hang_in_body",
  "drip_headers",
  "drip_body",
  "flood",
  "too_long",
  "reset",
  "close_in_body",
  "bad_chunk",
  "not_http",
  "damaged_gzip",
  "status_500",
  "status_404",
  "redirect_nowhere",
  "html",
  "empty",
  "half_json",
  "not_utf8"
] as const

/** The reason that a poll with this fault fails with; `garbage` is the reason for a body that is not JSON. */
const reasonOf = (fault: Chosen, garbage: string) => {
  if (/^(hang|drip)/.test(fault)) return "timeout"
  if (/^(flood|too_long)/.test(fault)) return "too_large"
  if (/^(status|redirect)/.test(fault)) return "status"
  return /^(reset|close|bad_chunk|not_http|damaged)/.test(fault) ? "connection" : garbage
}

/** One target whose poll meets a fault at one of its steps. */
export interface Step {
  readonly name: string
  readonly settings: object
  /** Whether the poll meets the fault first. Earlier steps need time on a busy machine. */
  readonly isFirst: boolean
  /** Its login, which has the same name. */
  readonly login?: object
  /** The reasons of its failed polls; none if the polls are good. */
  readonly reasons: ReadonlyArray<string>
  /** Matches its error messages. */
  readonly step: RegExp
  /** Series of a good poll. */
  readonly series: number
  /** Samples that each good poll drops. */
  readonly dropped: number
}

const json =
  (document: object): Fault =>
  (response) =>
    void response.end(JSON.stringify(document))

/** The same upstream behind a unix socket. */
const listenAt = (path: string, upstream: Faulty) => {
  const server = createServer((request, response) => upstream.server.emit("request", request, response))
  server.on("connection", (socket) => socket.on("error", () => undefined))
  server.listen(path).unref()
}

/**
 * Targets that meet the chosen faults behind a unix socket, in a login, at a token endpoint, on the second page, and in
 * the document of a row.
 */
export const stepsOf = (upstream: Faulty): ReadonlyArray<Step> => {
  const folder = dirname(configuration({}))
  const secret = join(folder, "secret")
  writeFileSync(secret, "hunter2")
  const socket = join(folder, "upstream.sock")
  listenAt(socket, upstream)
  return chosen.flatMap((fault): ReadonlyArray<Step> => {
    const reason = reasonOf(fault, "not_json")
    const failing = { series: 0, dropped: 0, isFirst: false }
    const [login, token, page, detail] = ["login", "token", "page", "detail"].map((step) => `${step}_${fault}`) as [
      string,
      string,
      string,
      string
    ]
    upstream.also[`${token}_endpoint`] = faults[fault as keyof typeof faults]
    upstream.also[page] = json({ a: 1, next: `/${fault}` })
    upstream.also[detail] = json({ rows: [{ id: fault }, { id: "good" }] })
    const rows = (partial: boolean) => [
      {
        path: "$.rows[*]",
        labels_from: { row: "id" },
        get: { url: "/{id}", partial },
        metrics: { battery_row: { value: "a", optional: true } }
      }
    ]
    const local: Step = {
      ...failing,
      name: `socket_${fault}`,
      isFirst: true,
      settings: { url: `http+unix://${socket}:/${fault}` },
      reasons: [reason],
      step: /^/
    }
    return [
      // a unix socket has no reset
      ...(fault === "reset" ? [] : [local]),
      {
        ...failing,
        name: login,
        isFirst: true,
        settings: { url: `${upstream.url}/good`, login },
        login: {
          url: `${upstream.url}/${fault}`,
          json: {},
          take: { token: "$.a" },
          give: { headers: { Authorization: "Bearer {token}" } }
        },
        // after a login that hung, the next polls wait for the pause to end
        reasons: reason === "timeout" ? ["timeout", "login"] : ["login"],
        step: new RegExp(`^login ${login}: `)
      },
      {
        ...failing,
        name: token,
        isFirst: true,
        settings: {
          url: `${upstream.url}/good`,
          auth: {
            oauth2: { token_url: `${upstream.url}/${token}_endpoint`, client_id: "c", client_secret_file: secret }
          }
        },
        reasons: [reasonOf(fault, "status")],
        step: /the token endpoint|connection|gzip|HTTP|redirect/
      },
      {
        ...failing,
        name: page,
        settings: { url: `${upstream.url}/${page}`, pages: { next: "$.next" } },
        reasons: [reasonOf(fault, "pages")],
        step: /^(page 2|the pages)/
      },
      {
        name: detail,
        isFirst: false,
        settings: { url: `${upstream.url}/${detail}`, each: rows(true) },
        reasons: [],
        step: /^/,
        series: 1,
        dropped: 1
      },
      {
        ...failing,
        name: `needed_${detail}`,
        settings: { url: `${upstream.url}/${detail}`, each: rows(false) },
        reasons: [reason],
        step: /^(get: document 1 of 2: |the response is not JSON: a document of \/\{id\}: )/
      }
    ]
  })
}

/** Ends the faults of all steps. */
export const recover = (upstream: Faulty): void => {
  for (const fault of chosen) {
    upstream.also[fault] = faults.good
    upstream.also[`token_${fault}_endpoint`] = json({ access_token: "t" })
  }
}
