import type { FreshResponse } from "../../src/client/exchange.ts"

/** A response with status 200, and without validators, unless they are among the changes. */
export const freshResponse = (body: string, change: Partial<FreshResponse> = {}): FreshResponse => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(body),
  validators: undefined,
  ...change
})
