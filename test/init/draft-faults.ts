import type { Json } from "../../src/mapping/document/json.ts"

/** The faults of a draft. */
export interface DraftFaults {
  /** Numbers that neither a series nor a comment has. */
  readonly lost: ReadonlyArray<string>
  /** Label values that are times, durations or numbers with a unit, so that they would change. */
  readonly changing: ReadonlyArray<string>
  /** Keys that the draft does not contain. */
  readonly unmentioned: ReadonlyArray<string>
}

/** Factors to the base unit, by the word in a key. */
const words: Readonly<Record<string, number>> = {
  ...{
    ms: 1e-3,
    msec: 1e-3,
    millis: 1e-3,
    milliseconds: 1e-3,
    us: 1e-6,
    micros: 1e-6,
    microseconds: 1e-6,
    ns: 1e-9,
    nanos: 1e-9
  },
  ...{ nanoseconds: 1e-9, min: 60, mins: 60, minutes: 60, hours: 3600, hrs: 3600, days: 86_400, weeks: 604_800 },
  ...{
    percent: 0.01,
    pct: 0.01,
    percentage: 0.01,
    perc: 0.01,
    kb: 1e3,
    kib: 1024,
    mb: 1e6,
    mib: 2 ** 20,
    gb: 1e9,
    gib: 2 ** 30,
    tb: 1e12,
    tib: 2 ** 40,
    pb: 1e15
  },
  ...{
    kbps: 125,
    mbps: 125_000,
    gbps: 125e6,
    kwh: 3.6e6,
    wh: 3600,
    kw: 1e3,
    hpa: 100,
    mbar: 100,
    kpa: 1e3,
    mv: 1e-3,
    kv: 1e3,
    ma: 1e-3
  },
  ...{ km: 1e3, cm: 1e-2, mm: 1e-3, khz: 1e3, mhz: 1e6, ghz: 1e9, kg: 1e3, mg: 1e-3, ml: 1e-3 }
}

/** Conversions to the base unit, by the text of a unit beside the number. */
const units: Readonly<Record<string, (value: number) => number>> = {
  Wh: (value) => value * 3600,
  kWh: (value) => value * 3.6e6,
  kW: (value) => value * 1e3,
  "%": (value) => value / 100,
  Percent: (value) => value / 100,
  F: (value) => ((value - 32) * 5) / 9,
  "°F": (value) => ((value - 32) * 5) / 9,
  "km/h": (value) => value / 3.6,
  mm: (value) => value / 1000,
  ms: (value) => value / 1000
}

interface Leaf {
  readonly path: ReadonlyArray<string>
  readonly value: Json
  /** Texts in the same object and in its neighbours. */
  readonly near: ReadonlyArray<string>
}

const textsOf = (value: Json): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap((item: Json) => (typeof item === "string" ? [item] : []))
      : []

const leaves = (
  value: Json,
  path: ReadonlyArray<string> = [],
  near: ReadonlyArray<string> = []
): ReadonlyArray<Leaf> => {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leaves(item, path, near))
  if (typeof value !== "object" || value === null) return [{ path, value, near }]
  const around = Object.values(value).flatMap(textsOf)
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key], [...around, ...near.slice(0, 50)]))
}

const keysOf = (value: Json): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keysOf)]

const inner = (text: string) => JSON.stringify(text).slice(1, -1)

const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

/** Units with capitals that do not start a word, such as kV in `linekV`. */
const unitSpelling = /(?<![A-Z])(?:[kMG]?Wh|[kMGT]i?B|[hk]Pa|[mk]V|mA|kW|[kMG]Hz)(?![a-z])/g

const wordsOf = (key: string) =>
  key
    .replace(unitSpelling, (unit) => `_${unit.toLowerCase()}_`)
    .match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g)
    ?.map((word) => word.toLowerCase()) ?? []

const number = /^\s*[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*$/

const changingText =
  /^(?!\dxx$|[0-9a-f]{8}-)(?:-?\d+(?:[.,]\d+)?\s*(?:%|°|[A-Za-z]{1,5}(?:\/[a-z]+)?)$|\d{4}[-/]\d\d[-/]\d\d|\d+[dwhms]\d|\d+ (?:day|hour|min)|\d\d:\d\d:\d\d)/

/** The values and label values of a page in the text format. */
const read = (page: string) => {
  const values: Array<number> = []
  const texts = new Set<string>()
  for (const line of page.split("\n")) {
    const [, labels = "", value] = /^[a-zA-Z_:][\w:]*(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (value === undefined || line.startsWith("#")) continue
    values.push(Number(value))
    for (const [, text = ""] of labels.matchAll(/\w+="((?:[^"\\]|\\.)*)"/g))
      texts.add(text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped)))
  }
  return { values, texts }
}

/** Compares a document with its draft and the resulting series. */
export const draftFaults = (root: Json, draft: string, page: string): DraftFaults => {
  const { values, texts } = read(page)
  const sorted = Float64Array.from(values).sort()
  const shows = (wanted: number) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? 0) < wanted - 1e-9 * Math.max(1, Math.abs(wanted))) low = middle + 1
      else high = middle
    }
    return low < sorted.length && isClose(sorted[low] ?? 0, wanted)
  }
  const comments = draft
    .split("\n")
    .filter((line) => line.trim().startsWith("#"))
    .join("\n")
  const lost: Array<string> = []
  const keys = new Set(keysOf(root))
  const lastKeys = new Set<string>()
  for (const { path, value, near } of leaves(root)) {
    for (const key of path.slice(-1)) lastKeys.add(key)
    if (typeof value !== "number" && !(typeof value === "string" && number.test(value))) continue
    const given = Number(value)
    const scales = [1, ...path.flatMap((key) => wordsOf(key).flatMap((word) => words[word] ?? []))]
    const stated = near.flatMap((text) => units[text]?.(given) ?? [])
    const epochs = Math.abs(given) > 1e11 ? [1e-3, 1e-6, 1e-9].map((scale) => given * scale) : []
    if ([...scales.map((scale) => given * scale), ...stated, ...epochs].some(shows)) continue
    if (
      texts.has(String(value).trim()) ||
      (!Number.isSafeInteger(given) && [...texts].some((text) => Number(text) === given)) ||
      (path.length > 0 && path.some((key) => key !== "" && comments.includes(key) && comments.includes("Left out")))
    )
      continue
    lost.push(`${path.join(".")}: ${value}`)
  }
  const isMentioned = (key: string) => {
    if (texts.has(key)) return true
    // the path escapes the key, and YAML may escape the path
    const inPath = key.replace(/[\u0000-\u001f'\\]/g, (character) => (character === "'" ? "\\'" : inner(character)))
    const spelled = [key, inPath, inner(key), inner(inPath)]
    return spelled.some((text) => draft.includes(text) || draft.includes(text.replaceAll("${", () => "$${")))
  }
  return {
    lost,
    // a label value that is a key, such as 1h, does not change, unless it is a time
    changing: [...texts].filter((text) => changingText.test(text) && (!keys.has(text) || /^\d{4}-/.test(text))),
    unmentioned: [...lastKeys].filter((key) => key.isWellFormed() && !isMentioned(key))
  }
}
