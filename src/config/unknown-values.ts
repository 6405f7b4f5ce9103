/** Functions for values of unknown type. A value of the wrong type becomes an empty map or list, or undefined. */

export type Fields = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value)

export const asMap = (value: unknown): Fields => (isMap(value) ? value : {})
export const asList = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
export const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)
