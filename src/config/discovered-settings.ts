import * as Result from "effect/Result"
import type { DiscoveredTarget } from "./target-group.ts"

/** How the targets of a source are asked, as its entry in the configuration has it. */
export interface RequestOptions {
  readonly scheme: string
  readonly path: string
  readonly params: Readonly<Record<string, ReadonlyArray<string>>>
}

/** What a target of the configuration would say of itself. */
export interface DiscoveredSettings {
  readonly name: string
  readonly url: string
  readonly labels: Readonly<Record<string, string>>
  readonly interval?: string
  readonly timeout?: string
}

const isUrl = (address: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(address)

/** Of a URL what may be shown and told on: no user, no password, no query. */
const withoutSecrets = ({ protocol, host, pathname }: URL) => `${protocol}//${host}${pathname}`

/** The parameters of a source, with those of `__param_NAME` in place of the first of that name. */
const paramsOf = (params: RequestOptions["params"], labels: DiscoveredTarget["labels"]) => {
  const all = new Map(Object.entries(params))
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith("__param_")) continue
    const name = label.slice("__param_".length)
    all.set(name, [value, ...(all.get(name) ?? []).slice(1)])
  }
  return all
}

const urlOf = (address: string, labels: DiscoveredTarget["labels"], options: RequestOptions): URL | undefined => {
  const whole = isUrl(address)
  if (!whole && !/^[^\s/?#@\\]+$/.test(address)) return undefined
  const url = URL.parse(whole ? address : `${labels.__scheme__ || options.scheme}://${address}`)
  if (url === null) return undefined
  if (!whole) url.pathname = labels.__metrics_path__ || options.path
  for (const [name, values] of paramsOf(options.params, labels)) {
    url.searchParams.delete(name)
    for (const value of values) url.searchParams.append(name, value)
  }
  return url
}

/**
 * An entry as a target: `__scheme__`, `__metrics_path__` and `__param_NAME` make its URL, `__scrape_interval__` and `__scrape_timeout__` its times, what
 * else begins with `__` is dropped, and `instance` is the address unless the group says otherwise, all as Prometheus has it. Its name is
 * the instance, with the path behind it if that is not `/`: it follows from the entry alone, so that no other entry can change it.
 */
export const discoveredSettings = (
  { address, labels }: DiscoveredTarget,
  options: RequestOptions
): Result.Result<DiscoveredSettings, string> => {
  const url = urlOf(address, labels, options)
  if (url === undefined) return Result.fail("expected HOST:PORT or a URL")
  const instance = labels.instance || (isUrl(address) ? withoutSecrets(url) : address)
  const own = Object.entries(labels).filter(([name]) => !name.startsWith("__"))
  return Result.succeed({
    name: isUrl(address) || url.pathname === "/" ? instance : instance + url.pathname,
    url: url.href,
    labels: { ...Object.fromEntries(own), instance },
    ...(labels.__scrape_interval__ && { interval: labels.__scrape_interval__ }),
    ...(labels.__scrape_timeout__ && { timeout: labels.__scrape_timeout__ })
  })
}
