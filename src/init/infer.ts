import type { Json } from "../mapping/document/json.ts"
import type { MappingDraft, MetricDraft, RowsDraft } from "./draft.ts"
import { type Field, readFields } from "./field-reading.ts"
import { identify, idsWithoutSeries } from "./identity.ts"
import { infoDraft } from "./info.ts"
import { type LeftOut, noteOf } from "./left-out.ts"
import { metricDraft, type Selection } from "./metric-draft.ts"
import { nameGiver, prefixWords } from "./names.ts"
import { filterPath, itemPath, keysOf } from "./place.ts"
import { developed, type Profile, profileOf } from "./profile.ts"
import { kindsNote } from "./row-kinds.ts"
import { rowLabels } from "./row-labels.ts"
import type { Rows } from "./rows.ts"
import { documentScope, lastSingular, type Scope, scopeWithin } from "./scope.ts"
import { type Series, seriesOf } from "./series.ts"
import { type Shape, shapeOf } from "./shape.ts"
import { wholeOf } from "./whole.ts"
import { plural, sentence, spokenWords, wordsOf } from "./words.ts"

/** Limit of nested lists; no known API reaches it. */
const maxDepth = 10
/** Limit of points of a time series that each become a series. */
const maxPoints = 100

/** Limit of keys that a comment lists for one map. */
const maxKeys = 50

/** The part of a draft for the items of a scope. */
interface Described {
  readonly metrics: ReadonlyArray<MetricDraft>
  /** Metrics that read only the rows for which a condition holds. */
  readonly parts: ReadonlyArray<{ readonly condition: string; readonly metric: MetricDraft }>
  readonly rows: ReadonlyArray<RowsDraft>
  readonly left: ReadonlyArray<LeftOut>
  /** An info metric has a number as a label. */
  readonly hasNumberInfo: boolean
}

/** What rows add to the draft of the parent items. */
type Added = Pick<Described, "metrics" | "rows" | "left">

const selected = (rows: Rows, absolute: boolean): string => String(rows.source(absolute).path ?? itemPath(rows.steps))

/** The path of a value in rows, from the parent item. */
const within = (rows: Rows, path: string): string =>
  `${selected(rows, false)}${path === "@" ? "" : path.startsWith("@") ? path.slice(1) : path.startsWith("[") ? path : `.${path}`}`

/** Infers a mapping from responses of one API. Metric names begin with `prefix`. */
export const infer = (roots: ReadonlyArray<Json>, prefix: string): MappingDraft => {
  const name = prefixWords(wordsOf(prefix))
  const whole = wholeOf(roots)
  const isList = roots.every((root) => Array.isArray(root))
  const shapeOfAll = shapeOf(roots, { words: isList ? [] : name }, whole)
  // an API such as `shop nodes` that responds with a list or map: each item is a node
  const isOfThings = isList || shapeOfAll.rows.some(({ steps, keyed }) => steps.length === 0 && keyed)
  // a name of one word, such as truenas, may not be a plural
  const start = isOfThings && name.length > 1 ? lastSingular(name) : name
  const thing = start.at(-1) === name.at(-1) ? [] : start.slice(-1)
  const give = nameGiver(start)

  const describe = (scope: Scope, shape: Shape, fields: ReadonlyArray<Field>, selection: Selection): Described => {
    const metrics: Array<MetricDraft> = []
    const parts: Array<Described["parts"][number]> = []
    const left: Array<LeftOut> = []
    for (const { profile, reading } of fields) {
      const path = itemPath(profile.place.steps)
      const at = filterPath(profile.place.steps)
      if (reading.as === "left out") left.push({ why: reading.why, path })
      if (reading.as !== "metrics") continue
      for (const measure of reading.measures) {
        const metric = metricDraft(give, scope, profile, measure, path, selection)
        if (measure.only === undefined) metrics.push(metric)
        else parts.push({ condition: measure.only.condition(at), metric })
      }
      if (reading.leftOut !== undefined) left.push({ why: "text", path: `${path} (${reading.leftOut})` })
    }
    const info = infoDraft(
      give,
      scope,
      fields.flatMap(({ profile, reading }) => (reading.as === "label" ? [profile] : []))
    )
    left.push(...shape.left)
    const inner = shape.rows.map((found) => describeRows(found, scope))
    return {
      metrics: [...metrics, ...inner.flatMap((found) => found.metrics), ...info.metrics],
      parts,
      rows: inner.flatMap((found) => found.rows),
      left: [...left, ...info.left, ...inner.flatMap((found) => found.left)],
      hasNumberInfo: info.hasNumber
    }
  }

  /** Drafts the rows of a list or map, and the metrics that they add to the parent items. */
  const describeRows = (rows: Rows, around: Scope): Added => {
    const bare = scopeWithin(rows, around, rows.keyed ? thing : [])
    if (bare.depth > maxDepth) return { metrics: [], rows: [], left: [{ why: "too deep", path: itemPath(rows.steps) }] }
    const shape = shapeOf(rows.items, { words: ["item"], columns: rows.columns }, whole)
    const profiles = shape.fields.map((place) => {
      const profile = profileOf(place, bare.items)
      return keysOf(place.steps).length > 0
        ? profile
        : { ...profile, own: rows.columns === undefined ? bare.own : columnWords(profile, rows) }
    })
    const areThings = rows.items.every((item) => typeof item === "object" && item !== null)
    const identity = rows.named || !areThings ? undefined : identify(profiles, bare.items, bare.noun.join("_"))
    const series = identity === undefined ? seriesOf(rows, profiles) : undefined
    const labels = rowLabels(rows, bare, identity, series !== undefined)
    const ids = rows.items.map((_, index) => {
      const parent = around.items.ids[rows.parents[index] ?? 0] ?? ""
      const own = identity === undefined ? [rows.keys[index]] : identity.map(({ place }) => place.values[index])
      return JSON.stringify([parent, ...own.map(String)])
    })
    const scope: Scope = {
      ...bare,
      items: { ...bare.items, ids },
      labels: new Set([...around.labels, ...Object.keys(labels)])
    }
    const known = profiles.map((profile) => developed(profile, scope.items))
    const isOfIdentity = ({ place }: Profile) => identity?.some((profile) => profile.place === place) ?? false
    // a field with the value of the key and the name of its label adds nothing
    const repeatsKey = ({ own, place }: Profile) =>
      rows.named && own.join("_") in labels && place.values.every((value, at) => value === rows.keys[at])
    const fields = readFields(
      scope,
      whole,
      known,
      known.filter((profile) => isOfIdentity(profile) || repeatsKey(profile)),
      rows.filtered !== undefined && series === undefined
    )

    if (series !== undefined) {
      const metrics = newestOf(rows, scope, fields, series.newest, around)
      if (rows.keyed || series.points > maxPoints) {
        const texts = fields.flatMap(({ profile, reading }) =>
          reading.as === "metrics" ? [] : [{ why: "text", path: within(rows, itemPath(profile.place.steps)) }]
        )
        return { metrics, rows: [], left: [...texts, ...olderPoints(rows, series)] }
      }
      const points = describe(scope, shape, fields, "point")
      return {
        metrics,
        rows: rowsDraft(rows, around, labels, points, [
          "All points, by their position: delete this if the newest are enough."
        ]),
        left: []
      }
    }
    const described = describe(scope, shape, fields, "each")
    const left = [...described.left, ...(identity === undefined ? [] : idsWithoutSeries(identity, shape, fields))]
    const hasSeries =
      described.metrics.some(({ keys }) => keys.type !== "info") || described.rows.length + described.parts.length > 0
    const isTold = described.metrics.length > 0 && (identity !== undefined || rows.named || described.hasNumberInfo)
    if (!hasSeries && !isTold) return textOnly(rows, around, scope, known, described.left)
    const what = scope.noun.length === 0 ? "them" : `the ${plural(spokenWords(scope.noun))}`
    const byPosition = identity === undefined && !rows.named && areThings && rows.items.length > 1
    return {
      metrics: [],
      rows: rowsDraft(rows, around, labels, { ...described, left }, [
        ...(byPosition ? [`Told apart by position: no field names ${what}.`] : []),
        ...kindsNote(rows.items)
      ]),
      left: []
    }
  }

  const rowsDraft = (
    rows: Rows,
    around: Scope,
    labels: RowsDraft["labels"],
    { metrics, parts, rows: inner, left }: Described,
    notes: ReadonlyArray<string>
  ): ReadonlyArray<RowsDraft> => {
    const absolute = around.depth === 0
    const all = [...notes, ...noteOf(left)]
    const main = { source: rows.source(absolute), labels, metrics, rows: inner, notes: all }
    const others = [...Map.groupBy(parts, ({ condition }) => condition)].map(
      ([condition, parts]): RowsDraft => ({
        source: rows.filtered?.(condition, absolute) ?? rows.source(absolute),
        labels,
        metrics: parts.map(({ metric }) => metric),
        rows: [],
        notes: []
      })
    )
    if (metrics.length + inner.length > 0) return [main, ...others]
    return others.map((part, index) => (index === 0 ? { ...part, notes: all } : part))
  }

  /** The newest value of each number of a time series. */
  const newestOf = (
    rows: Rows,
    scope: Scope,
    fields: ReadonlyArray<Field>,
    newest: "first" | "last",
    around: Scope
  ): ReadonlyArray<MetricDraft> => {
    // an empty list has no newest point
    const hasGaps = new Set(rows.parents).size < around.items.values.length
    const isOptional = hasGaps || rows.source(false).optional === true
    return fields.flatMap(({ profile, reading }) => {
      if (reading.as !== "metrics") return []
      const column = rows.column?.(String(profile.place.steps[0]))
      if (rows.column !== undefined && column === undefined) return []
      const path = column === undefined ? within(rows, itemPath(profile.place.steps)) : itemPath(column)
      const value = { [newest]: around.depth === 0 ? path.replace(/^@/, "$") : path }
      return reading.measures.map((measure) => {
        const metric = metricDraft(give, { ...scope, noun: [] }, profile, measure, value, "newest")
        const { help, ...keys } = metric.keys
        return isOptional ? { ...metric, keys: { ...keys, optional: true, help } } : metric
      })
    })
  }

  /**
   * Rows with only texts: a metric for the number of rows if they are objects, and comments with the paths of the
   * texts.
   */
  const textOnly = (
    rows: Rows,
    around: Scope,
    scope: Scope,
    profiles: ReadonlyArray<Profile>,
    described: ReadonlyArray<LeftOut>
  ): Added => {
    const texts = profiles.map(({ place }) => ({ why: "text", path: within(rows, itemPath(place.steps)) }))
    const others = described
      .map(({ why, path }) => ({ why, path: within(rows, path) }))
      .filter(({ path }) => !texts.some((text) => path === text.path || path.startsWith(`${text.path} (`)))
    // no label has the keys of this map, so comments list them
    const keys = rows.keyed ? new Set(rows.keys.map(String)) : []
    const keyed = [...keys].slice(0, maxKeys).map((key) => ({ why: "text", path: itemPath([...rows.steps, key]) }))
    const left = [...texts, ...keyed, ...others]
    if (rows.source(false).path === undefined || !rows.items.some((item) => typeof item === "object" && item !== null))
      return { metrics: [], rows: [], left }
    const { short, full } = scope.words
    const words = [short, full].map((words) => [...words.slice(0, -1), plural(words.at(-1) ?? "item")])
    const metric = {
      name: give({ words, own: 1, of: 1, type: "gauge", base: undefined }),
      keys: {
        value: { count: selected(rows, around.depth === 0) },
        ...(rows.source(false).optional === true ? { optional: true } : undefined),
        help: sentence(`number of ${plural(spokenWords(scope.noun) || "item")}`)
      }
    }
    return { metrics: [metric], rows: [], left }
  }

  const scope = documentScope(roots)
  const profiles = shapeOfAll.fields.map((place) => developed(profileOf(place, scope.items), scope.items))
  const { metrics, rows, left } = describe(scope, shapeOfAll, readFields(scope, whole, profiles, [], false), "each")
  return { metrics, rows, notes: noteOf(left) }
}

/** Limit of points of a time series that a comment lists. */
const maxListed = 50

const olderPoints = (rows: Rows, { points, newest }: Series): ReadonlyArray<LeftOut> => {
  const all = { why: `all but the newest of ${points} points`, path: itemPath(rows.steps) }
  if (!rows.keyed || rows.keys.length > maxListed) return [all]
  const [older, [kept]] =
    newest === "last" ? [rows.keys.slice(0, -1), rows.keys.slice(-1)] : [rows.keys.slice(1), rows.keys]
  return older.map((key) => ({ why: `older than ${kept}`, path: itemPath([...rows.steps, String(key)]) }))
}

/** The words for an element of a tuple that the document does not name; none in pairs, such as a time and a value. */
const columnWords = ({ place }: Profile, { columns = [] }: Rows): ReadonlyArray<string> => {
  const [step] = place.steps
  const index = typeof step === "object" ? step.index : 0
  return columns.length === 2 ? [] : ["column", String(index)]
}
