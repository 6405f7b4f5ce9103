interface Cookie {
  readonly name: string
  readonly value: string
  readonly origin: string
  readonly path: string
}

/** The path of a cookie without the attribute Path: the directory of the URL (RFC 6265, section 5.1.4). */
const defaultPath = (pathname: string) => pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")))

/** RFC 6265, section 5.1.4. */
const pathMatches = (path: string, pathname: string) =>
  pathname === path || (pathname.startsWith(path) && (path.endsWith("/") || pathname[path.length] === "/"))

/** Limits, so that a server cannot fill the memory. */
const maxCookies = 100
const maxLength = 8192

/** Splits `name=value`. An attribute such as `Secure` has no value. */
const nameAndValue = (text: string): readonly [name: string, value?: string] => {
  const equals = text.indexOf("=")
  return equals < 0 ? [text.trim()] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
}

/** The cookies of one session. A cookie is sent only to the origin that set it, below its path. Domain is ignored. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** Stores the cookies of Set-Cookie headers (RFC 6265, section 5.2). An expired cookie is removed. */
  store({ origin, pathname }: URL, headers: ReadonlyArray<string>): void {
    for (const header of headers) {
      const [pair = "", ...attributes] = header.split(";")
      const [name, value] = nameAndValue(pair)
      if (name === "" || value === undefined || pair.length > maxLength) continue
      const attribute = (wanted: string) =>
        attributes.map(nameAndValue).findLast(([name]) => name.toLowerCase() === wanted)?.[1]
      const given = attribute("path")
      const path = given?.startsWith("/") ? given : defaultPath(pathname)
      const key = JSON.stringify([origin, path, name])
      this.#cookies.delete(key)
      const age = attribute("max-age")
      const isExpired = age === undefined ? Date.parse(attribute("expires") ?? "") <= Date.now() : Number(age) <= 0
      if (isExpired || this.#cookies.size >= maxCookies) continue
      this.#cookies.set(key, { name, value, origin, path })
    }
  }

  get isEmpty(): boolean {
    return this.#cookies.size === 0
  }

  /** The Cookie header for a URL, cookies with longer paths first. Undefined if no cookie matches. */
  header({ origin, pathname }: URL): string | undefined {
    const matching = [...this.#cookies.values()]
      .filter((cookie) => cookie.origin === origin && pathMatches(cookie.path, pathname))
      .sort((one, other) => other.path.length - one.path.length)
    return matching.length === 0 ? undefined : matching.map(({ name, value }) => `${name}=${value}`).join("; ")
  }
}
