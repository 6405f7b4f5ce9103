import type { Document, Json, JsonObject } from "./document/json.ts"
import { type DropReason, problemLog } from "./problems.ts"
import type { Family, Labels, SampleWriter } from "./sample.ts"
import { snakeCase } from "./snake-case.ts"
import type { Transformed } from "./transform.ts"

/** A value of the document: the name and path that its keys give it, and a label for each array around it. */
interface Place {
  readonly value: Json
  readonly name: string
  readonly path: string
  readonly labels: Labels
}

/** Deeper than the response of any API. Deeper values are skipped: their paths could fill the memory and the stack. */
const maxDepth = 100

const label = (depth: number) => (depth === 0 ? "index" : `index_${depth + 1}`)

const inOrder = (labels: Iterable<readonly [string, string]>): Labels =>
  [...labels].sort(([a], [b]) => (a < b ? -1 : 1))

/** Sorted, because a sample's labels are in ascending order of name, and `index_10` comes before `index_2`. */
const withIndex = (labels: Labels, index: number): Labels => inOrder([...labels, [label(labels.length), String(index)]])

const children = function* ({ value, name, path, labels }: Place): Generator<Place> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield { value: item, name, path: `${path}[*]`, labels: withIndex(labels, index) }
    }
  } else if (value !== null && typeof value === "object") {
    // sorted: if two keys give the same name, the same one wins in whatever order they are sent
    const object = value as JsonObject // arrays are handled above
    for (const key of Object.keys(object).sort()) {
      const step = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
      const word = snakeCase(key)
      yield { value: object[key] ?? null, name: word === "" ? name : `${name}_${word}`, path: `${path}${step}`, labels }
    }
  }
}

/**
 * Adds every number and boolean of a document as a gauge, for a first look without a mapping. The name is `upstream_`
 * and the object keys, joined by `_`. Array positions become the labels `index`, `index_2` and so on, outermost
 * first. HELP names the path. Every series also has the `constant` labels. Stops after one sample more than
 * `maxSeries`.
 */
export const flatten = (
  document: Document,
  samples: SampleWriter,
  constant: Labels = [],
  maxSeries: number = Number.POSITIVE_INFINITY
): Transformed => {
  const families = new Map<string, Family>()
  let series = 0
  const { dropped, problems, count } = problemLog()

  const all = (labels: Labels) => (constant.length === 0 ? labels : inOrder(new Map([...constant, ...labels])))

  const take = (place: Place, value: number) => {
    const metric = place.name
    const refuse = (reason: DropReason) => {
      if (count(reason)) problems.push({ reason, metric, path: place.path, row: "$", found: String(place.value) })
    }
    if (!Number.isFinite(value)) return refuse("not_a_number")
    const family = families.get(metric) ?? {
      name: metric,
      type: "gauge",
      help: `${place.path} of the response to the last good poll.`
    }
    families.set(metric, family)
    if (samples.add(family, samples.labelSet(all(place.labels)), value)) series++
    else refuse("duplicate")
  }

  const visit = (place: Place, depth: number) => {
    if (typeof place.value === "number") take(place, place.value)
    else if (typeof place.value === "boolean") take(place, place.value ? 1 : 0)
    else if (depth < maxDepth) {
      for (const child of children(place)) {
        if (series > maxSeries) return
        visit(child, depth + 1)
      }
    }
  }
  visit({ value: document.root, name: "upstream", path: "$", labels: [] }, 0)
  return { series, dropped, problems, gaveUp: false }
}
