import type { Fault, Faulty } from "../client/faulty.ts"

/** How the upstream answers. */
export interface Weather {
  /** The number of a new answer. */
  readonly next: () => number
  /** A good answer, or any fault. Some faults are good answers, but odd ones. */
  readonly any: (good: Fault) => Fault
  /** A good answer, or a fault that fails the poll. */
  readonly bad: (good: Fault, odds?: number) => Fault
}

/** A target of the storm. */
export interface StormTarget {
  readonly settings: object
  /** Whether a good poll may lack some of its rows. */
  readonly isPartial: boolean
}

type Kind = (upstream: Faulty, name: string, weather: Weather) => StormTarget

const json =
  (document: object): Fault =>
  (response) =>
    void response.end(JSON.stringify(document))

const refusal: Fault = (response) => void response.writeHead(401).end()

const token = "storm"

/** All series of a poll have the value `n`, which also says how many rows there are. */
const numbers = (n: number) => Array.from({ length: n % 6 }, () => n)
const rows = (n: number) => numbers(n).map((value, index) => ({ value, index }))

/** The metrics of the targets with a mapping; the others have `upstream_storm` and `upstream_rows`. */
const metrics = { mapped_storm: { value: "storm", optional: true } }
const row = {
  path: "$.rows[*]",
  optional: true,
  labels_from: { index_1: "index" },
  metrics: { mapped_rows: "value" }
}

const numberOf = (url = "") => Number(/[?&]n=(\d+)/.exec(url)?.[1])

const plain: Kind = (upstream, name, { next, any }) => {
  upstream.also[name] = (...exchange) => {
    const n = next()
    any(json({ storm: n, rows: numbers(n) }))(...exchange)
  }
  return { settings: { url: `${upstream.url}/${name}` }, isPartial: false }
}

/** Behind the login that all of these share. */
const guarded: Kind = (upstream, name, { next, any }) => {
  upstream.also[name] = (response, socket, request) => {
    const n = next()
    const isKnown = request.headers.authorization === `Bearer ${token}` && n % 5 > 0
    any(isKnown ? json({ storm: n, rows: numbers(n) }) : refusal)(response, socket, request)
  }
  return { settings: { url: `${upstream.url}/${name}`, login: "storm" }, isPartial: false }
}

/** In two pages, both or none. */
const paged: Kind = (upstream, name, { next, any, bad }) => {
  upstream.also[name] = (response, socket, request) => {
    const second = numberOf(request.url)
    if (!Number.isNaN(second)) return bad(json({ rows: rows(second).slice(2) }))(response, socket, request)
    const n = next()
    return any(json({ storm: n, rows: rows(n).slice(0, 2), next: `/${name}?n=${n}` }))(response, socket, request)
  }
  const settings = { url: `${upstream.url}/${name}`, pages: { next: "$.next" }, metrics, each: [row] }
  return { settings, isPartial: false }
}

/** With a document for each row. */
const detailed =
  (isPartial: boolean): Kind =>
  (upstream, name, { next, any, bad }) => {
    upstream.also[name] = (...exchange) => {
      const n = next()
      any(json({ storm: n, rows: rows(n) }))(...exchange)
    }
    upstream.also[`${name}/row`] = (response, socket, request) =>
      bad(json({ value: numberOf(request.url) }))(response, socket, request)
    const get = { url: `/${name}/row?n={value}&i={index}`, partial: isPartial }
    return { settings: { url: `${upstream.url}/${name}`, metrics, each: [{ ...row, get }] }, isPartial }
  }

const kinds: ReadonlyArray<Kind> = [plain, guarded, paged, plain, detailed(true), detailed(false)]

/** Makes the upstream answer a target of one of the kinds, in turn. */
export const stormTarget = (upstream: Faulty, name: string, position: number, weather: Weather): StormTarget =>
  (kinds[position % kinds.length] ?? plain)(upstream, name, weather)

/** The login of the targets that need one. */
export const stormLogin = (upstream: Faulty, { bad }: Weather) => {
  upstream.also.login = (...exchange) => bad(json({ token }), 0.4)(...exchange)
  return {
    url: `${upstream.url}/login`,
    json: {},
    take: { token: "$.token" },
    give: { headers: { Authorization: "Bearer {token}" } }
  }
}
