/** `95.2 MiB`, `1.2kB`, `16G`, `512 bytes`, `1024`. */
const size = /^([+-]?[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(?:([kKMGTPEZY])(i?)B?|B|[Bb]ytes?)?$/

/** Bytes of a size; a unit with an i is a power of 1024, one without of 1000 (IEC 80000-13). NaN where it is none. */
export const readBytes = (text: string): number => {
  const match = size.exec(text.trim())
  if (match === null) return Number.NaN
  const [, count, prefix = "", binary = ""] = match
  const power = 1 + "KMGTPEZY".indexOf(prefix.toUpperCase() || "-")
  return Number(count) * (binary === "" ? 1000 : 1024) ** power
}
