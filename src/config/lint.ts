import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { inBaseUnit } from "../mapping/base-unit.ts"
import { snakeCase } from "../mapping/snake-case.ts"
import { type Issue, issueOfKey } from "./diagnostics.ts"
import { decodeDuration } from "./go-duration.ts"
import { helpsOf } from "./help.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import type { RawMetric } from "./raw-metric.ts"

type Rule = (metric: RawMetric) => string | undefined

/** Suggests the name in the base unit, and the `unit` that converts the value to it. */
const baseUnit: Rule = ({ name, type, scale, unit }) => {
  const fixed = inBaseUnit(name)
  if (fixed === undefined) return undefined
  const ending = type === "counter" && !fixed.name.endsWith("_total") ? "_total" : ""
  // if the scale is this factor, the value is in the base unit already, and only the name is wrong
  const isConverted = unit !== undefined || fixed.factor === 1 || (scale !== undefined && scale === fixed.factor)
  return `use the base unit: ${fixed.name}${ending}${isConverted ? "" : ` with unit: ${fixed.unit}`}`
}

const counter: Rule = ({ name, type }) =>
  type === "counter" && !name.endsWith("_total") ? "the name of a counter ends in _total" : undefined

const onlyCounter: Rule = ({ name, type }) =>
  name.endsWith("_total") && type !== "counter" && type !== "untyped"
    ? `only counters end in _total: set type: counter, or rename it to ${name.replace(/_total$/, "")}`
    : undefined

const info: Rule = ({ name, type }) =>
  type === "info" && !name.endsWith("_info") ? "the name of an info metric ends in _info" : undefined

const histogram: Rule = ({ name, type }) => {
  const [ending] = name.match(/_(count|sum|bucket)$/) ?? []
  if (ending === undefined || type === "untyped") return undefined
  return `only the series of a histogram end in ${ending}: rename it to ${name.slice(0, -ending.length)}${type === "counter" ? "_total" : ""}`
}

const typeInName: Rule = ({ name }) => {
  const [word] = name.toLowerCase().match(/_(counter|gauge|gaugehistogram|histogram|summary)(?=_|$)/) ?? []
  return word === undefined
    ? undefined
    : `a name should not contain its type: rename it to ${name.toLowerCase().replace(word, "")}`
}

const camel = (name: string) => /[a-z][A-Z]/.test(name)

const snakeCaseName: Rule = ({ name }) => (camel(name) ? `use snake_case: ${snakeCase(name)}` : undefined)

const metricRules = [baseUnit, counter, onlyCounter, info, histogram, typeInName, snakeCaseName]

/** One help is enough for all metrics with the same name. */
const withoutHelp = (file: RawConfiguration): ReadonlyArray<Issue> => {
  const helps = helpsOf(file)
  return file.metrics.flatMap(({ name, path }) =>
    helps.has(name) ? [] : [issueOfKey(path, "no help: describe the metric in a few words")]
  )
}

const labelWarnings = ({ metrics, targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  [
    ...metrics.flatMap(({ labels }) => [...labels].map(([name, { path }]) => [name, path] as const)),
    ...targetLike.flatMap(({ labels, pathOf }) =>
      [...labels.keys()].map((name) => [name, pathOf("labels", name)] as const)
    )
  ].flatMap(([name, path]) => (camel(name) ? [issueOfKey(path, `use snake_case for labels: ${snakeCase(name)}`)] : []))

/** Series must not expire before the next poll. */
const staleWarnings = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ settings, pathOf }) => {
    const stale = decodeDuration(settings.stale_after)
    const interval = decodeDuration(settings.interval)
    if (Option.isNone(stale) || Option.isNone(interval) || Duration.isGreaterThanOrEqualTo(stale.value, interval.value))
      return []
    return [
      issueOfKey(pathOf("stale_after"), "shorter than the interval: the series would expire before the next poll")
    ]
  })

const unusedMappings = ({ mappings, targetLike }: RawConfiguration): ReadonlyArray<Issue> => {
  const used = new Set(targetLike.map(({ settings }) => settings.mapping))
  return [...mappings].flatMap(([name, { path }]) =>
    used.has(name) ? [] : [issueOfKey(path, "no target uses this mapping")]
  )
}

const unusedLogins = ({ logins, targetLike }: RawConfiguration): ReadonlyArray<Issue> => {
  const used = new Set(targetLike.map(({ settings }) => settings.login))
  return logins.flatMap(({ name, path }) => (used.has(name) ? [] : [issueOfKey(path, "no target uses this login")]))
}

const withoutMapping = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ metrics, path }) =>
    metrics === undefined
      ? [issueOfKey(path, "no metrics: every number of the response becomes a gauge, for a first look")]
      : []
  )

/**
 * Warnings: everything that promlint would report
 * (https://pkg.go.dev/github.com/prometheus/client_golang/prometheus/testutil/promlint), with the fix. Also series that
 * expire too early, targets without a mapping, and parts of the configuration that no target uses.
 */
export const lint = (file: RawConfiguration): ReadonlyArray<Issue> => [
  ...file.metrics.flatMap((metric) =>
    metricRules.flatMap((rule) => {
      const message = rule(metric)
      return message === undefined ? [] : [issueOfKey(metric.path, message)]
    })
  ),
  ...[withoutHelp, labelWarnings, staleWarnings, unusedMappings, unusedLogins, withoutMapping].flatMap((rule) =>
    rule(file)
  )
]
