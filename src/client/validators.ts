import type { IncomingHttpHeaders } from "node:http"

/** Validators of a response (RFC 9110, section 8.8). They are valid only for its URL. */
export interface Validators {
  readonly url: string
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** Undefined if the response has none. */
export const validatorsOf = ({ href }: URL, headers: IncomingHttpHeaders): Validators | undefined => {
  const { etag, "last-modified": lastModified } = headers
  return etag === undefined && lastModified === undefined ? undefined : { url: href, etag, lastModified }
}

/** The methods for conditional requests. The response to any other method would be 412 (RFC 9110, section 13.1.2). */
const conditional: ReadonlyArray<string> = ["GET", "HEAD"]

/** The headers that make a request conditional. */
export const conditionsFor = (
  method: string,
  { href }: URL,
  validators: Validators | undefined
): Readonly<Record<string, string>> =>
  validators === undefined || validators.url !== href || !conditional.includes(method)
    ? {}
    : {
        ...(validators.etag !== undefined && { "if-none-match": validators.etag }),
        ...(validators.lastModified !== undefined && { "if-modified-since": validators.lastModified })
      }
