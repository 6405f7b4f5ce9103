import type { MetricType } from "../mapping/sample.ts"

/** A family as the page shows it. Histograms and summaries come only from Node's own metrics, never from a mapping. */
export interface ExposedFamily {
  readonly name: string
  readonly type: MetricType | "histogram" | "summary"
  readonly help: string
}

/** One source's finished sample lines of one family. Both formats share the bytes; only their metadata differs. */
export interface Block {
  readonly family: ExposedFamily
  readonly lines: Uint8Array
  readonly series: number
}
