import type { Attempt } from "./send.ts"

export const redirects: ReadonlyArray<number> = [301, 302, 303, 307, 308]

/** RFC 9110, section 15.4, leaves the number to clients; browsers stop at 20, curl at 50. */
export const maxRedirects = 10

/** The next URL, and the parts of the request that remain. */
export type Redirected = Pick<Attempt, "url" | "method" | "body"> & { readonly isCrossOrigin: boolean }

/**
 * The next request after a redirect (RFC 9110, section 15.4), or why the redirect is not followed. A body is never sent
 * to another origin, since it may be a secret. http and https are different origins.
 */
export const redirected = (
  { url: from, method, body }: Pick<Attempt, "url" | "method" | "body">,
  status: number,
  location: string | undefined
): Redirected | string => {
  const url = location === undefined ? null : URL.parse(location, from)
  if (url === null) return "a redirect without a valid Location"
  if (url.protocol !== "http:" && url.protocol !== "https:") return "a redirect to a URL that is not http or https"
  if (url.port === "0") return "a redirect to port 0"
  url.username = ""
  url.password = ""
  const rewritten = status === 303 || (status <= 302 && method === "POST")
  const isCrossOrigin = url.origin !== from.origin
  const kept = rewritten ? undefined : body
  if (isCrossOrigin && kept !== undefined) return "a redirect of a request with a body to another origin"
  return { url, method: rewritten && method !== "HEAD" ? "GET" : method, body: kept, isCrossOrigin }
}
