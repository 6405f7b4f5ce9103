import type { Request } from "./request.ts"

/** The URL of a request for logs and pages, without query and user, which may be secrets. */
export const shownUrl = ({ url, socketPath }: Pick<Request, "url" | "socketPath">): string => {
  const { protocol, host, pathname, search } = url
  const server = socketPath === undefined ? `${protocol}//${host}` : `http+unix://${socketPath}:`
  return `${server}${pathname}${search === "" ? "" : "?..."}`
}
