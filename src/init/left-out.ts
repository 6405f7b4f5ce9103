/** A path of the document that no series shows, with the reason. */
export interface LeftOut {
  readonly why: string
  readonly path: string
}

/** Maximum length of a comment line. */
const maxLine = 110

/** Comment lines that list every path, grouped by reason. */
export const noteOf = (left: ReadonlyArray<LeftOut>): ReadonlyArray<string> =>
  [...Map.groupBy(left, ({ why }) => why)].flatMap(([why, places]) => {
    const lines: Array<string> = []
    let line = `Left out, ${why}:`
    for (const [index, path] of [...new Set(places.map(({ path }) => path))].entries()) {
      if (index > 0) line += ","
      if (line.length + path.length > maxLine) {
        lines.push(line)
        line = " "
      }
      line += ` ${path}`
    }
    return [...lines, line]
  })
