import type { KeyPath } from "./source-map.ts"

/** What is wrong with a value, with its key itself (`about: "key"`), or that the key is not there. */
export interface Issue {
  readonly path: KeyPath
  readonly about: "key" | "value"
  /** Reads on from the path; where it tells what was expected, what was found instead may be added. */
  readonly message: string
  readonly expected: boolean
}

export const issue = (path: KeyPath, message: string): Issue => ({ path, about: "value", message, expected: false })
export const issueOfKey = (path: KeyPath, message: string): Issue => ({ ...issue(path, message), about: "key" })
