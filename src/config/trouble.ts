/** Something wrong with what a source lists. As long as it is about the same thing it is the same trouble, whatever its words. */
export interface Trouble {
  readonly about: string
  /** Where, what, and what to do; no secrets. */
  readonly line: string
}
