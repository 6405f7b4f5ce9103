/** A sample line read back by a reader that shares nothing with the renderer. */
export interface Line {
  readonly name: string
  readonly labels: ReadonlyArray<readonly [name: string, value: string]>
  readonly value: number
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, (_, next) => (next === "n" ? "\n" : next))

/** Reads one line by the grammar of exposition_formats.md, and throws at whatever it does not have. */
export const parseLine = (line: string): Line => {
  const whole = /^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*)\})? ([^ ]+)$/su.exec(line)
  if (whole === null) throw new Error(`no sample: ${JSON.stringify(line)}`)
  const [, name = "", body = "", value = ""] = whole
  const labels: Array<readonly [string, string]> = []
  let rest = body
  while (rest !== "") {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,(?=.)|$)/su.exec(rest)
    if (pair === null) throw new Error(`no label: ${JSON.stringify(rest)}`)
    labels.push([pair[1] ?? "", unescaped(pair[2] ?? "")])
    rest = rest.slice(pair[0].length)
  }
  return { name, labels, value: Number(value) }
}

/** The lines of some bytes; each must end in LF, and the bytes must be UTF-8. */
export const splitLines = (bytes: Uint8Array): ReadonlyArray<string> => {
  const lines = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).split("\n")
  if (lines.pop() !== "") throw new Error("the last line does not end in LF")
  return lines
}
