import type { MetricDraft } from "./draft.ts"
import type { Measure } from "./measure.ts"
import { labelName, type NameRequest } from "./names.ts"
import type { Profile } from "./profile.ts"
import { type Scope, wordsBefore } from "./scope.ts"
import { sentence, spokenWords } from "./words.ts"

/** Which values a metric shows: one for each item, the newest, or one for each point of a time series. */
export type Selection = "each" | "newest" | "point"

/** Keys that say nothing: the metric is named by the key above. */
const ofValue = /^(?:value|val|v|raw)$/

/** Makes the metric for a field, with its name, path and help. */
export const metricDraft = (
  give: (request: NameRequest) => string,
  scope: Scope,
  profile: Profile,
  measure: Measure,
  value: unknown,
  selection: Selection = "each"
): MetricDraft => {
  const { steps } = profile.place
  const isBare = steps.length === 0
  const before = isBare ? { ...scope.before, between: [] } : wordsBefore(steps, scope)
  const isNamed = before.between.length > 0 || (before.short.length > 0 && !scope.wrapped)
  const own = isNamed && ofValue.test(measure.words.join("_")) ? [] : measure.words
  const point = selection === "point" ? ["point"] : []
  const said = spokenWords([...before.between, ...own.filter((word) => word !== "timestamp")])
  const of = scope.noun.length === 0 || isBare || measure.of === false ? "" : ` of the ${spokenWords(scope.noun)}`
  const text = measure.help(said === "" ? "value" : said).concat(of)
  // a time without the word timestamp in its name would look like a duration
  const isInstant = measure.words.at(-1) === "timestamp"
  const isPart = measure.only !== undefined
  return {
    name: give({
      words: [
        [...before.short, ...point, ...own],
        [...before.full, ...point, ...measure.words],
        ...(isInstant ? [] : [[...before.short, ...point, ...profile.own]]),
        [
          ...before.short,
          ...(scope.noun.length === 0 && scope.depth > 0 ? ["item"] : scope.noun),
          ...point,
          ...(own.length === 0 ? measure.words : own)
        ]
      ],
      own: own.length,
      of: before.between.length + own.length,
      type: measure.type,
      base: measure.base
    }),
    keys: {
      value,
      ...(measure.type === "gauge" ? undefined : { type: measure.type }),
      ...measure.keys,
      ...(measure.unitLabel === undefined
        ? undefined
        : { labels_from: { [labelName(["unit", "unit_of_value"], scope.labels)]: measure.unitLabel } }),
      ...(profile.optional && !("optional" in measure.keys) && selection !== "newest" && !isPart
        ? { optional: true }
        : undefined),
      help: sentence(
        selection === "newest" ? `newest ${text.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())}` : text
      )
    },
    note: measure.note
  }
}
