import * as dns from "node:dns"
import type { LookupFunction } from "node:net"

type Callback = Parameters<LookupFunction>[2]

const underWay = new Map<string, Array<Callback>>()

/**
 * The addresses of a name, as the system finds them (getaddrinfo(3)). Who asks for a name that is being looked up waits for that answer: a lookup cannot be cut
 * short, so that the polls of a name whose servers are silent would pile up behind each other and before everybody else's.
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
