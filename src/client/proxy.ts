import type { ProxyEnv } from "node:http"
import { BlockList, isIP } from "node:net"
import * as Redacted from "effect/Redacted"
import { Unreachable } from "./errors.ts"

/**
 * The URL of a proxy for Node. HOST:PORT means http, as in curl and Go. Throws an error that names `from`, without the
 * value.
 */
const proxyUrl = (text: string, from: string): string => {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  // Node treats port 0 as no port
  if (url === null || url.port === "0")
    throw new Unreachable({ message: `${from} is not a URL: write http://HOST:PORT` })
  const { protocol } = url
  if (protocol === "http:" || protocol === "https:") return url.href
  throw new Unreachable({ message: `${from} names a ${protocol.slice(0, -1)} proxy: poller uses http proxies only` })
}

const port = ({ port, protocol }: URL) => port || (protocol === "https:" ? "443" : "80")

/**
 * Whether an entry of `no_proxy` covers the host of a URL: `*`, a host with or without its port, `.suffix`, an address
 * or a network.
 */
const covers = (entry: string, url: URL): boolean => {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase()
  if (entry === "*" || entry === host || entry === `${host}:${port(url)}`) return true
  if (/^\*?\./.test(entry)) return host.endsWith(entry.replace(/^\*/, ""))
  const [network = "", prefix = ""] = entry.split("/")
  const [family, own] = [isIP(network), isIP(host)]
  if (family === 0 || family !== own || !/^\d+$/.test(prefix)) return false
  const list = new BlockList()
  const name = family === 4 ? "ipv4" : "ipv6"
  list.addSubnet(network, Number(prefix), name)
  return list.check(host, name)
}

/** The first of these environment variables that is set. Lower case comes first, as in curl and Node. */
const variable = (names: ReadonlyArray<string>) => {
  for (const name of names) {
    const text = process.env[name]
    if (text !== undefined && text !== "") return { name, text }
  }
  return undefined
}

/**
 * The proxy for a URL, as an option of Node's agents: that of the target, or else that of the usual environment
 * variables. Throws if poller cannot use the proxy, since a direct connection would bypass it silently.
 */
export const proxyFor = (url: URL, own: Redacted.Redacted<URL> | undefined): ProxyEnv | undefined => {
  const { protocol } = url
  const isSecure = protocol === "https:"
  const proxy = (href: string): ProxyEnv => (isSecure ? { https_proxy: href } : { http_proxy: href })
  if (own !== undefined) return proxy(proxyUrl(Redacted.value(own).href, "proxy"))
  const named = variable(isSecure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"])
  if (named === undefined) return undefined
  const exempt = variable(["no_proxy", "NO_PROXY"])?.text ?? ""
  const entries = exempt.toLowerCase().split(/[\s,]+/)
  return entries.some((entry) => covers(entry, url)) ? undefined : proxy(proxyUrl(named.text, named.name))
}
