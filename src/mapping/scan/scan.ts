import type { Search } from "../../jsonpath/search.ts"
import type { Body } from "../bytes/field-index.ts"
import type { Run } from "../run.ts"

/** One document on its way through the lists of a plan that are read from its bytes. */
export interface Scan {
  readonly run: Run
  readonly body: Body
  readonly bytes: Buffer
  readonly search: Search
}
