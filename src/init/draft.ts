/** A metric of a draft. */
export interface MetricDraft {
  readonly name: string
  /** Its keys in the file, in their order. */
  readonly keys: Readonly<Record<string, unknown>>
  /** A decision that is open. */
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

/** What a target says of its series. */
export interface MappingDraft {
  readonly metrics: ReadonlyArray<MetricDraft>
  readonly rows: ReadonlyArray<RowsDraft>
  /** What is left out of the document itself. */
  readonly notes: ReadonlyArray<string>
}

/** Everything that stands in the file. */
export interface Draft {
  /** Lines before everything else. */
  readonly heading: ReadonlyArray<string>
  /** Name, url, credentials and what else the target needs, in their order. */
  readonly target: Readonly<Record<string, unknown>>
  readonly mapping: MappingDraft
}
