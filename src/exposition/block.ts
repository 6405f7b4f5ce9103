import type { Family, Labels, MetricType, Sample } from "../transform/sample.ts"
import { escapeLabelValue } from "./escape.ts"
import { spell } from "./number.ts"

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

/** The labels of a sample line and the blank before its value: `{name="value",…} `, or only the blank. */
export const spellLabels = (labels: Labels): string => {
  let text = ""
  for (const [name, value] of labels) text += `${text === "" ? "{" : ","}${name}="${escapeLabelValue(value)}"`
  return text === "" ? " " : `${text}} `
}

interface Growing {
  readonly family: Family
  readonly chunks: Array<Uint8Array>
  text: string
  series: number
}

/** Text is encoded in pieces of this many characters: as fast as writing bytes by hand, and no long rope of strings. */
const chunkLength = 16_384

const encode = (growing: Growing): void => {
  growing.chunks.push(Buffer.from(growing.text))
  growing.text = ""
}

const finish = (growing: Growing): Block => {
  encode(growing)
  const { family, chunks, series } = growing
  const [first] = chunks
  return { family, lines: first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks), series }
}

/**
 * One target's samples as a block for each family, in the order in which the families first appear; lines keep the
 * order of their samples. The labels of a row are spelled once for all of its metrics that follow each other.
 */
export const render = (samples: ReadonlyArray<Sample>): ReadonlyArray<Block> => {
  const families = new Map<Family, Growing>()
  let labels: Labels | undefined
  let labelsText = ""
  for (const sample of samples) {
    if (sample.labels !== labels) {
      labels = sample.labels
      labelsText = spellLabels(labels)
    }
    let growing = families.get(sample.family)
    if (growing === undefined) {
      growing = { family: sample.family, chunks: [], text: "", series: 0 }
      families.set(sample.family, growing)
    }
    growing.text += `${growing.family.name}${labelsText}${spell(sample.value)}\n`
    growing.series++
    if (growing.text.length >= chunkLength) encode(growing)
  }
  return Array.from(families.values(), finish)
}
