/** A place of the document that no series shows, and why. */
export interface LeftOut {
  readonly why: string
  readonly path: string
}

/** Comments are not longer than this. */
const maxLine = 110

/** The places by their reason, as a comment lists them: every one of them. */
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
