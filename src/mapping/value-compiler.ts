import type { Path } from "../jsonpath/evaluate.ts"
import { isKeysOnly, leadingKeys } from "../jsonpath/syntax.ts"
import { type FieldIndex, slotOf } from "./bytes/field-index.ts"
import { constantLabels, type LabelSource } from "./label-source.ts"
import type { AggregateSource, FieldSource, ValueReader, ValueSource } from "./plan.ts"
import type { Reaches, Start } from "./reaches.ts"
import type { Field } from "./reader.ts"
import type { LabelEntry, LabelsFrom } from "./schema/labels.ts"
import type { MetricObject } from "./schema/metric.ts"
import { statesOf } from "./schema/metric-options.ts"
import { type ValueSource as ValueEntry, valueKind } from "./schema/value-source.ts"
import type { Aggregate } from "./value/calc.ts"
import { compileRewrite } from "./value/relabel.ts"
import { compileStates } from "./value/state-words.ts"
import { compileSteps } from "./value/steps.ts"

/** What a scope takes from the scopes around it. */
export interface Context {
  readonly start: Start
  readonly around: ReadonlyArray<LabelSource>
  /** The lists around, innermost first, as HELP names them. */
  readonly lists: ReadonlyArray<string>
  /** The fields of the rows; undefined for the document itself. */
  readonly index: FieldIndex | undefined
  readonly nullValues: ReadonlyArray<string>
}

interface LabelEntries {
  readonly labels?: Readonly<Record<string, string>>
  readonly labels_from?: LabelsFrom
}

/** The keys of a histogram or a summary that hold for its parts. */
export const partOf = ({ type, unit, optional }: MetricObject): MetricObject => ({
  ...(type && { type }),
  ...(unit && { unit }),
  ...(optional && { optional })
})

/** Compiles what is read from a row: values and labels. Records where their paths lead. */
export class ValueCompiler {
  readonly #reaches: Reaches

  constructor(reaches: Reaches) {
    this.#reaches = reaches
  }

  states(metric: MetricObject, context: Context) {
    const source = metric.value && valueKind(metric.value)
    if (source?.kind !== "path") throw new Error("a stateset without a path, which the schema rejects")
    const states = statesOf(metric.states ?? []).map(({ state }) => state)
    const fallback = metric.default === undefined ? undefined : states.indexOf(String(metric.default))
    return {
      field: this.field(source.path, context),
      states,
      read: compileStates(metric, context.nullValues),
      missing: fallback ?? (metric.optional === true ? undefined : "missing"),
      nullValue: fallback
    } as const
  }

  /** The sum, in the unit of the metric, and the count of a histogram or a summary. */
  totals(name: string, { sum, count, ...metric }: MetricObject, context: Context) {
    return {
      sum: sum && this.number(name, sum, partOf(metric), context),
      count: count && this.number(name, count, {}, context)
    }
  }

  number(name: string, value: ValueEntry | undefined, metric: MetricObject, context: Context): ValueReader {
    const fallback = typeof metric.default === "number" ? metric.default : undefined
    return {
      source: this.#source(value, context),
      steps: compileSteps(name, metric, context.nullValues),
      unit: this.unit(metric, context),
      missing: fallback ?? (metric.optional === true ? undefined : "missing"),
      nullValue: fallback
    }
  }

  #source(value: ValueEntry | undefined, context: Context): ValueSource {
    if (value === undefined) throw new Error("a metric without a value, which the schema rejects")
    const source = valueKind(value)
    switch (source.kind) {
      case "path":
        return { kind: "field", field: this.field(source.path, context) }
      case "aggregate":
        return this.#operand(source.aggregate, source.path, context)
      case "constant":
        return source
      case "calc": {
        const { text, operands, evaluate } = source.calc
        const compiled = operands.map(({ aggregate, path }) => this.#operand(aggregate, path, context))
        return { kind: "calc", text, operands: compiled, evaluate }
      }
    }
  }

  #operand(aggregate: Aggregate | "value", path: Path, context: Context): FieldSource | AggregateSource {
    const field = this.field(path, context)
    return aggregate === "value" ? { kind: "field", field } : { kind: "aggregate", aggregate, field }
  }

  unit({ unit }: MetricObject, context: Context): Field | undefined {
    return typeof unit === "object" ? this.field(unit.path, context) : undefined
  }

  labels({ labels = {}, labels_from = {} }: LabelEntries, context: Context): ReadonlyArray<LabelSource> {
    return [
      ...constantLabels(labels),
      ...Object.entries(labels_from).map(([name, label]) => this.label(name, label, context))
    ]
  }

  label(name: string, label: LabelEntry, context: Context): LabelSource {
    const { path, key = 0, ...options } = "text" in label ? { path: label } : label
    const rewrite = compileRewrite({ ...options, nullValues: context.nullValues })
    return path === undefined
      ? { kind: "key", name, up: key, rewrite }
      : { kind: "field", name, field: this.field(path, context), rewrite }
  }

  field(path: Path, { start, index }: Context): Field {
    this.#reaches.add(path, start)
    const hasSlot = index !== undefined && !path.absolute && isKeysOnly(path.query)
    return { path, slot: hasSlot ? slotOf(index, leadingKeys(path.query)) : undefined }
  }
}
