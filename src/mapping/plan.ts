import type { Path } from "../jsonpath/evaluate.ts"
import { constants, inherit, type Label, type LabelSource } from "./labels.ts"
import type { Family } from "./sample.ts"
import { type Bulks, bulksOf } from "./scan/bulk.ts"
import type { Mapping, Row } from "./schema/mapping.ts"
import type { Metric, MetricObject } from "./schema/metric.ts"
import { defaultHelp, readerOf, type Series } from "./series.ts"

/** A mapping as a poll runs it: nothing of it is looked up, sorted or compiled again. */
export interface Plan {
  /** One for each name, in the order of the mapping. */
  readonly families: ReadonlyArray<Family>
  /** There is no need for more samples than this and one. */
  readonly maxSeries: number
  /** What is taken of the document as a whole. */
  readonly root: Scope
  readonly bulks: Bulks | undefined
}

/** What is taken of each row of a list. */
export interface Scope {
  /** In the order of their names. */
  readonly labels: ReadonlyArray<LabelSource>
  readonly series: ReadonlyArray<Series>
  readonly lists: ReadonlyArray<List>
}

/** Rows, found once for all that is taken of them. */
export interface List {
  readonly path: Path
  readonly scopes: ReadonlyArray<Scope>
}

/** The plan of a mapping for a target with these constant labels. */
export const plan = (
  mapping: Mapping,
  labels: Readonly<Record<string, string>> = {},
  maxSeries: number = Number.POSITIVE_INFINITY
): Plan => {
  const families = new Map<string, Family>()

  const familyOf = (name: string, metric: MetricObject, lists: ReadonlyArray<Path>): Family => {
    const family = families.get(name) ?? {
      name,
      type: metric.type ?? "gauge",
      help: metric.help ?? defaultHelp(metric, lists)
    }
    families.set(name, family)
    return family
  }

  const seriesOf = (
    [name, given]: readonly [string, Metric],
    around: ReadonlyArray<LabelSource>,
    lists: ReadonlyArray<Path>
  ): Series => {
    const metric = "text" in given ? { value: given } : given
    const states = metric.type === "stateset" ? (metric.states ?? []).map((state): Label => [name, state]) : undefined
    // a stateset's own label is that of its states
    const others = inherit(around, metric.labels_from).filter((label) => states === undefined || label.name !== name)
    const asTheRow = metric.labels_from === undefined && others.length === around.length
    return {
      family: familyOf(name, metric, lists),
      labels: asTheRow ? undefined : others,
      reader: readerOf(metric),
      states
    }
  }

  const scopeOf = (
    { metrics = {}, each = [] }: Pick<Row, "metrics" | "each">,
    labels: ReadonlyArray<LabelSource>,
    lists: ReadonlyArray<Path>
  ): Scope => {
    const rows = Map.groupBy(each, ({ path }) => path.text)
    return {
      labels,
      series: Object.entries(metrics).map((metric) => seriesOf(metric, labels, lists)),
      lists: [...rows.values()].flatMap((same) => {
        const path = same[0]?.path
        if (path === undefined) return []
        const inner = [path, ...lists]
        return [{ path, scopes: same.map((row) => scopeOf(row, inherit(labels, row.labels_from), inner)) }]
      })
    }
  }

  const root = scopeOf(mapping, constants(labels), [])
  return { families: [...families.values()], maxSeries, root, bulks: bulksOf(root) }
}

/**
 * The plans of one mapping for many targets: those whose constant labels have the same names differ in the values of these alone, and
 * share all else.
 */
export const planner = (mapping: Mapping) => {
  const made = new Map<string, Plan>()
  return (labels: Readonly<Record<string, string>>, maxSeries: number): Plan => {
    const own = constants(labels)
    const names = own.map(({ name }) => name).join()
    const like = made.get(names) ?? plan(mapping, labels)
    made.set(names, like)
    return { ...like, maxSeries, root: { ...like.root, labels: own } }
  }
}
