import type { Hop } from "./hop.ts"

export const redirects: ReadonlyArray<number> = [301, 302, 303, 307, 308]

/** RFC 9110, section 15.4, leaves the number to us; browsers stop at 20, curl at 50. */
export const maxRedirects = 10

/** What of a request another origin may see. */
export type Strange = Pick<Hop, "headers" | "agents" | "timeout" | "memory">

/**
 * Where a redirect leads (RFC 9110, section 15.4), or why it is not followed. Another origin, a downgrade to http among them, gets neither credentials nor
 * any header that the configuration set, since each may be a secret, and no body for the same reason; nor do they come back with a redirect back.
 */
export const redirected = (hop: Hop, status: number, location: string | undefined, strange: Strange): Hop | string => {
  if (location === undefined || !URL.canParse(location, hop.url)) return "a redirect to nowhere"
  const url = new URL(location, hop.url)
  if (url.protocol !== "http:" && url.protocol !== "https:") return "a redirect to what is not http"
  url.username = ""
  url.password = ""
  const rewritten = status === 303 || (status <= 302 && hop.method === "POST")
  const method = rewritten && hop.method !== "HEAD" ? "GET" : hop.method
  const body = rewritten ? undefined : hop.body
  if (url.origin === hop.url.origin) return { ...hop, url, method, body }
  return body === undefined
    ? { ...hop, ...strange, url, method, body }
    : "a redirect of a request with a body to another origin"
}
