import * as dns from "node:dns"
import type { LookupFunction } from "node:net"

type Callback = Parameters<LookupFunction>[2]

const underWay = new Map<string, Array<Callback>>()

/**
 * Looks up the addresses of a name by getaddrinfo(3). Concurrent requests for the same name share one lookup. A lookup
 * cannot be cancelled, so that lookups of a name whose servers do not answer would block all other names.
 */
export const lookup: LookupFunction = (name, options, callback) => {
  const question = JSON.stringify([name, options])
  const waiting = underWay.get(question)
  if (waiting !== undefined) {
    waiting.push(callback)
    return
  }
  const callbacks = [callback]
  underWay.set(question, callbacks)
  dns.lookup(name, options, (...answer) => {
    underWay.delete(question)
    for (const tell of callbacks) tell(...answer)
  })
}
