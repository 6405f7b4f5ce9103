import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { readFile, readStamp, type Unreadable } from "../host/file-reader.ts"
import { TooLarge, Unreachable } from "./errors.ts"
import type { UpstreamResponse } from "./exchange.ts"
import type { Validators } from "./validators.ts"

const failed = (limit: number) => (error: Unreadable) =>
  error.code === "ETOOLARGE"
    ? new TooLarge({ limit, detail: `${error.path} is longer than max_body, ${limit} bytes` })
    : new Unreachable({ message: error.message })

/** Reads the file of a `file:` URL, unless it has not changed since the response with the validators. */
export const readLocalFile = Effect.fnUntraced(function* (url: URL, limit: number, validators: Validators | undefined) {
  const path = fileURLToPath(url)
  // before the content, so that the next poll reads a file again that changes in between
  const stamp = yield* Effect.mapError(readStamp(path), failed(limit))
  if (validators?.url === url.href && validators.etag === stamp)
    return { _tag: "NotModified", status: 304 } satisfies UpstreamResponse as UpstreamResponse
  const body = yield* Effect.mapError(readFile(path, limit), failed(limit))
  const fresh: UpstreamResponse = {
    _tag: "Fresh",
    status: 200,
    body,
    validators: { url: url.href, etag: stamp, lastModified: undefined }
  }
  return fresh
})
