export interface MetricDraft {
  readonly name: string
  /** Keys of the metric, in the order of the file. */
  readonly keys: Readonly<Record<string, unknown>>
  /** A decision for the user, written as a comment. */
  readonly note?: string | undefined
}

/** An `each` of a draft. */
export interface RowsDraft {
  readonly source: Readonly<Record<string, unknown>>
  readonly labels: Readonly<Record<string, unknown>>
  readonly metrics: ReadonlyArray<MetricDraft>
  readonly rows: ReadonlyArray<RowsDraft>
  readonly notes: ReadonlyArray<string>
}

/** The mapping of a draft. */
export interface MappingDraft {
  readonly metrics: ReadonlyArray<MetricDraft>
  readonly rows: ReadonlyArray<RowsDraft>
  /** Comments about values outside of rows that are left out. */
  readonly notes: ReadonlyArray<string>
}

/** The content of the file. */
export interface Draft {
  /** Comment lines at the start of the file. */
  readonly heading: ReadonlyArray<string>
  /** Name, url, credentials and other settings, in the order of the file. */
  readonly target: Readonly<Record<string, unknown>>
  readonly mapping: MappingDraft
}
