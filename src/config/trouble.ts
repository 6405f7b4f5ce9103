import type { Remark } from "./diagnostics.ts"

/** Something wrong with what a source lists. As long as it is about the same thing it is the same trouble, whatever is said of it. */
export interface Trouble extends Remark {
  readonly about: string
}
