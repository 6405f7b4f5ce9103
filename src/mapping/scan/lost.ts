import type { Path } from "../../jsonpath/evaluate.ts"
import { nowhere } from "../bytes/field-index.ts"
import { describeFound, describeLabels, describeRow } from "../describe.ts"
import { documentOf } from "../document/json.ts"
import { documentNode, type Node } from "../document/node.ts"
import { lookup } from "../lookup.ts"
import type { DropReason, LabelPlaces } from "../sample.ts"
import type { Standpoint } from "./bulk.ts"
import type { Scan } from "./scan.ts"

/** Counts a problem of the row that is looked at just now, and says of the first ones what they are. */
export const lost = (
  scan: Scan,
  at: Standpoint,
  reason: DropReason,
  metric: string,
  path: Path | undefined,
  duplicate?: LabelPlaces
): void => {
  const { problems } = scan.run
  if (!problems.count(reason)) return
  const found = duplicate === undefined ? describeIn(scan, at, path) : describeLabels(labelsOf(scan, duplicate))
  problems.problems.push({ reason, metric, path: path?.text ?? "", row: describeRow(nodeOf(at)), found })
}

/** What a path finds from the row, now that somebody wants to know. */
const describeIn = ({ run: { look }, bytes }: Scan, { row }: Standpoint, path: Path | undefined): string => {
  if (path === undefined) return ""
  if (path.absolute) return describeFound(look, path, look.root)
  // in a list, which knows how its items are spelled
  const held = lookup(documentOf(`[${bytes.toString("utf8", row.begin, row.end)}]`), look.effort)
  const value = Array.isArray(held.root.value) ? held.root.value[0] : undefined
  return describeFound(held, path, { value: value ?? null, key: 0, parent: held.root })
}

const nodeOf = ({ around, keys, single, row }: Standpoint): Node => {
  const list = keys.reduce<Node>(
    (parent, key) => ({ value: null, key, parent }),
    around === undefined ? documentNode(null) : nodeOf(around)
  )
  return single ? list : { value: null, key: row.key, parent: list }
}

const labelsOf = ({ bytes }: Scan, { names, begins, ends, texts }: LabelPlaces) =>
  names.flatMap((name, index): ReadonlyArray<readonly [string, string]> => {
    const begin = begins[index] ?? nowhere
    const text = begin === nowhere ? (texts[index] ?? "") : bytes.toString("utf8", begin, ends[index])
    return text === "" ? [] : [[name, text]]
  })
