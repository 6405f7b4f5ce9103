import * as Result from "effect/Result"
import { boundCost, TooCostly } from "./cost.ts"
import { formatFor } from "./document-format.ts"
import { fault } from "./fault.ts"
import { spellings } from "./spellings.ts"
import { decodeText } from "./text.ts"

/** A value of RFC 8259. */
export type Json = null | boolean | number | string | JsonArray | JsonObject
export type JsonArray = ReadonlyArray<Json>
export interface JsonObject {
  readonly [key: string]: Json
}

/** A parsed response. */
export interface Document {
  readonly root: Json
  /**
   * How the text spelled the number at `holder[key]`, where that differs from `String(number)`: ids over 2^53,
   * `1.50`, `1e3`. The root itself has no holder.
   */
  readonly spelling: (holder: JsonArray | JsonObject, key: string | number) => string | undefined
  /** The text of the root if that is a number. */
  readonly rootSpelling?: string | undefined
}

/**
 * Parses a body. Fails with a few words that say why it is not JSON, and where; they quote nothing, because the body
 * may hold secrets. A key that comes twice has its last value. Throws TooCostly.
 */
export const parse = (bytes: Uint8Array): Result.Result<Document, string> => {
  const text = decodeText(bytes)
  if (Result.isFailure(text)) return Result.fail(text.failure)
  try {
    return Result.succeed(documentOf(text.success))
  } catch (error) {
    if (error instanceof TooCostly) throw error
    return Result.fail(withFormat(fault(text.success), text.success))
  }
}

/** Characters. A longer text is not tried in other formats, since that takes as long as parsing it. */
const maxTried = 1_000_000

/** Why a text is not JSON, and the format that reads it. */
const withFormat = (why: string, text: string): string => {
  const format = text.trim() === "" || text.length > maxTried ? undefined : formatFor(text)
  return format === undefined ? why : `${why}; format: ${format} reads it`
}

/** Throws a SyntaxError if the text is not JSON, and TooCostly. */
export const documentOf = (text: string): Document => {
  boundCost(text)
  const root: Json = JSON.parse(text)
  return {
    root,
    spelling: lazySpelling(text, root),
    rootSpelling: typeof root === "number" ? text.trim() : undefined
  }
}

/** Most documents need no spelling, so the text is scanned only when the first one is needed. */
const lazySpelling = (text: string, root: Json): Document["spelling"] => {
  let found: ReturnType<typeof spellings> | undefined
  return (holder, key) => {
    found ??= spellings(text, root)
    return found.get(holder)?.get(key)
  }
}
