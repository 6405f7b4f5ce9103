/** What a sample may be; `untyped` is Prometheus' word for "nobody knows". */
export type MetricType = "gauge" | "counter" | "untyped" | "info" | "stateset"

/** What all samples of one name share. One object per family and target, so that it can be compared by identity. */
export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

/** Label pairs in ascending order of name, none of them empty (an empty value is an absent label). */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>

/** The same, but for values that stand in the bytes of a document just as they are: those are not made texts of. */
export interface LabelPlaces {
  /** In ascending order. */
  readonly names: ReadonlyArray<string>
  /** Where the value stands, UTF-8 without anything to escape; or -1, and it is among the texts. */
  readonly begins: Int32Array
  readonly ends: Int32Array
  /** Empty where the label is absent. */
  readonly texts: Array<string>
}

/** One series' value, finite, in base units. */
export interface Sample {
  readonly family: Family
  readonly labels: Labels
  readonly value: number
}

/** Where samples go, one by one. Labels have a number here, the same for the same labels, so that those of a row are spelled once. */
export interface Samples {
  readonly numberOf: (labels: Labels) => number
  readonly numberOfPlaces: (labels: LabelPlaces, bytes: Buffer) => number
  /** Says no to one whose name and labels are there already. */
  readonly add: (family: Family, labels: number, value: number) => boolean
  /** The same of a value that stands in the bytes just as the exposition spells it. */
  readonly addSpelled: (family: Family, labels: number, bytes: Buffer, begin: number, end: number) => boolean
  /** Forgets all of them. */
  readonly clear: () => void
}

export const dropReasons = ["missing", "not_a_number", "ambiguous", "duplicate", "unknown_state"] as const

/** Why a sample was dropped: the `reason` of `poll_samples_dropped_total`. */
export type DropReason = (typeof dropReasons)[number]

/** One sample that the document did not yield; it costs that sample, never the poll. */
export interface Problem {
  readonly reason: DropReason
  /** The family's name, or the label's where a label source was ambiguous. */
  readonly metric: string
  /** The path as the mapping has it. */
  readonly path: string
  /** Normalized path (RFC 9535, section 2.7) of the row; `$` outside any row. */
  readonly row: string
  /** What stood there, short enough for a line. */
  readonly found: string
}

/** How many samples were dropped. */
export type Dropped = Readonly<Record<DropReason, number>>

/** All that one document yields besides its samples. */
export interface Transformed {
  /** So many samples, unique by name and labels. */
  readonly series: number
  /** Every problem counts here; the first of them stand in `problems`. */
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** The paths had to look at more of the document than one poll may: what they did not find is not missing. */
  readonly gaveUp: boolean
}
