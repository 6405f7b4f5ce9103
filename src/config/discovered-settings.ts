import * as Result from "effect/Result"
import type { DiscoveredTarget } from "./target-group.ts"

/** How to request the targets of a source, from its entry in the configuration. */
export interface RequestOptions {
  readonly scheme: string
  readonly path: string
  readonly params: Readonly<Record<string, ReadonlyArray<string>>>
}

/** A discovered target, in the form of a target of the configuration. */
export interface DiscoveredSettings {
  readonly name: string
  readonly url: string
  readonly labels: Readonly<Record<string, string>>
  readonly interval?: string
  readonly timeout?: string
}

const isUrl = (address: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(address)

/** A URL without user, password and query. */
const withoutSecrets = ({ protocol, host, pathname }: URL) => `${protocol}//${host}${pathname}`

/** The parameters of a source. `__param_NAME` replaces the first parameter with that name. */
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
 * Converts a discovered target as Prometheus does: `__scheme__`, `__metrics_path__` and `__param_NAME` make the URL,
 * and `__scrape_interval__` and `__scrape_timeout__` the times. Other labels that start with `__` are dropped.
 * `instance` is the address, unless the group sets it. The name of the target is the instance, plus the path if that is
 * not `/`. Other entries do not change it.
 */
export const discoveredSettings = (
  { address, labels }: DiscoveredTarget,
  options: RequestOptions
): Result.Result<DiscoveredSettings, string> => {
  if (![address, ...Object.entries(labels).flat()].every((text) => text.isWellFormed())) {
    return Result.fail("has a lone surrogate, which is half a character")
  }
  // other text could put another host into the URL
  if (labels.__scheme__ && !/^https?$/.test(labels.__scheme__)) return Result.fail("__scheme__: expected http or https")
  const url = urlOf(address, labels, options)
  if (url === undefined) return Result.fail("expected HOST:PORT or a URL")
  // a list must not make poller read files or talk to sockets of this machine
  if (/^(file|http\+unix):/.test(url.protocol)) return Result.fail("expected HOST:PORT or a URL of http or https")
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
