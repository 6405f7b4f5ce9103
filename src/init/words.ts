import { snakeCase } from "../mapping/snake-case.ts"

/** Units with capitals that do not start a word: `totalKiB`, `energy_kWh`. */
const unitSpelling =
  /(?<![A-Z])(?:[kMGm]?Wh|[KMGT]iB|kB|[hkM]Pa|[mk]V|[mk]A|[mk]W|[kMG]Hz|dBm?|mAh)(?![a-z])|(?<=[a-z_\-. ]|^)(?:[kKMGT]bit|[kKMG]bps)(?![a-z])/g

/** Removes diacritics, which names cannot have: `Außenfühler` becomes `Aussenfuhler`. */
const withoutMarks = (text: string) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").replaceAll("µ", "u")

/** The plural of an abbreviation: `CPUs` is one word, since `us` would be a unit. */
const pluralAbbreviation = /[A-Z]{2,}s(?![a-z])/g

const asWord = (text: string) => `_${text.toLowerCase()}_`

/** The words of an object's key: `memUsedKb` is mem, used, kb. */
export const wordsOf = (key: string): ReadonlyArray<string> =>
  snakeCase(withoutMarks(key).replace(unitSpelling, asWord).replace(pluralAbbreviation, asWord))
    .split("_")
    .filter((word) => word !== "")

/** Words that end in s but are not plurals. */
const notPlural =
  /(?:ss|us|is|ics|ous|dns|series)$|(?<!vide|phot|rep|log|dem|zer|sil|cp|mem)os$|^(?:stats|details|settings|options|properties|totals|counts|series|news|previous|(?:https|dns|fs|os|gps|ms|tls|ns|us|as))$/

export const isPlural = (word: string): boolean => word.length > 2 && word.endsWith("s") && !notPlural.test(word)

const irregular: Readonly<Record<string, string>> = {
  indices: "index",
  vertices: "vertex",
  children: "child",
  people: "person",
  aliases: "alias",
  processes: "process",
  addresses: "address",
  statuses: "status",
  classes: "class",
  caches: "cache",
  metrics: "metric",
  statistics: "statistic"
}

export const singular = (word: string): string => {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined
  if (known !== undefined || !isPlural(word)) return known ?? word
  return word.endsWith("ies") ? `${word.slice(0, -3)}y` : word.replace(/(?<=x|ch|sh)es$|s$/, "")
}

export const plural = (word: string): string => {
  if (isPlural(word) || /[^sui]s$/.test(word)) return word
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}

const spoken: Readonly<Record<string, string>> = {
  avg: "average",
  conn: "connections",
  cpu: "CPU",
  db: "database",
  fs: "file system",
  gc: "garbage collection",
  http: "HTTP",
  id: "ID",
  io: "I/O",
  ip: "IP",
  jvm: "JVM",
  max: "maximum",
  mem: "memory",
  min: "minimum",
  num: "number",
  os: "operating system",
  pct: "percentage",
  rx: "received",
  tcp: "TCP",
  tls: "TLS",
  tx: "sent",
  vm: "VM"
}

/** Words with abbreviations written out: mem, used is "memory used". */
export const spokenWords = (words: ReadonlyArray<string>): string =>
  words.map((word) => (Object.hasOwn(spoken, word) ? spoken[word] : word)).join(" ")

/** Makes a sentence: "memory used of the node" becomes "Memory used of the node." */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
