import type { MetricType } from "../mapping/metric-type.ts"

/** A family as the page shows it. */
export interface ExposedFamily {
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

/** One source's finished sample lines of one family. Both formats share the bytes; only their metadata differs. */
export interface Block {
  readonly family: ExposedFamily
  readonly lines: Uint8Array
  readonly series: number
}
