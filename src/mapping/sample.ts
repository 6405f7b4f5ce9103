import type { MetricType } from "./metric-type.ts"

/** What all samples of one name share. One object per family and target, compared by identity. */
export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

/** Label pairs in ascending order of name. None is empty: Prometheus treats an empty value as an absent label. */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>

/** Labels whose values may be ranges of the response's bytes, so that no string is made of them. */
export interface LabelValues {
  /** In ascending order. */
  readonly names: ReadonlyArray<string>
  /** Where the value begins, UTF-8 without escapes; or -1 if the value is in `texts`. */
  readonly begins: Int32Array
  readonly ends: Int32Array
  /** Empty if the label is absent. */
  readonly texts: Array<string>
}

/** The value of one series, finite and in base units. */
export interface Sample {
  readonly family: Family
  readonly labels: Labels
  readonly value: number
}

/**
 * Receives samples one by one. A label set has an id, so that the labels of a row are written once for all its samples.
 */
export interface SampleWriter {
  /** The id of a label set. Equal label sets have equal ids. */
  readonly labelSet: (labels: Labels) => number
  readonly labelSetOf: (values: LabelValues, bytes: Buffer) => number
  /** Returns false for a duplicate: the family already has a sample with this label set. */
  readonly add: (family: Family, labelSet: number, value: number) => boolean
  /** The same for a value that the bytes spell exactly as the exposition does. */
  readonly addSpelled: (family: Family, labelSet: number, bytes: Buffer, begin: number, end: number) => boolean
  /** Reserves a label set for a sample of several lines. Returns false for a duplicate. */
  readonly claim: (family: Family, labelSet: number) => boolean
  /** Adds a line of such a sample: the family's name with a suffix such as `_bucket`. */
  readonly addPart: (family: Family, suffix: string, labelSet: number, value: number) => void
  /** Removes all samples. */
  readonly clear: () => void
}
