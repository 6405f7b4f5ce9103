import { type Figure, ratio } from "./figure.ts"
import { short } from "./table.ts"

const rowHeight = 22
const labelWidth = 450
const plotWidth = 420
const margin = 40

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/**
 * One bar for each figure: how many times better than Go, on a logarithmic scale. Right of the line poller is better,
 * left of it Go.
 */
export const chart = (figures: ReadonlyArray<Figure>): string => {
  const bars = figures.flatMap((figure) => {
    const times = ratio(figure, "go")
    return times === undefined || !(times > 0) || !Number.isFinite(times) ? [] : [{ figure, times }]
  })
  const exponents = bars.map(({ times }) => Math.log10(times))
  const low = Math.floor(Math.min(0, ...exponents))
  const high = Math.max(1, Math.ceil(Math.max(0, ...exponents)))
  const x = (exponent: number) => labelWidth + ((exponent - low) / (high - low)) * plotWidth
  const height = bars.length * rowHeight + 2 * margin
  const width = labelWidth + plotWidth + 80

  const grid = Array.from({ length: high - low + 1 }, (_, index) => low + index).map((exponent) => {
    const at = x(exponent).toFixed(1)
    return (
      `<line x1="${at}" y1="${margin - 8}" x2="${at}" y2="${height - margin}" class="${exponent === 0 ? "one" : "grid"}"/>` +
      `<text x="${at}" y="${height - margin + 16}" text-anchor="middle">${short(10 ** exponent)} ×</text>`
    )
  })
  const rows = bars.map(({ figure, times }, index) => {
    const top = margin + index * rowHeight
    const from = Math.min(x(0), x(Math.log10(times)))
    const to = Math.max(x(0), x(Math.log10(times)))
    return (
      `<text x="${labelWidth - 8}" y="${top + 14}" text-anchor="end">${escapeXml(`${figure.scenario}: ${figure.what}`)}</text>` +
      `<rect x="${from.toFixed(1)}" y="${top + 3}" width="${(to - from).toFixed(1)}" height="${rowHeight - 7}" class="${times >= 1 ? "better" : "worse"}"/>` +
      `<text x="${(to + 5).toFixed(1)}" y="${top + 14}">${short(times)} ×</text>`
    )
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="poller compared with Go">`,
    "<style>svg{background:#fff}text{font:12px system-ui,sans-serif;fill:#222}.grid{stroke:#ddd}.one{stroke:#222}.better{fill:#2a7f62}.worse{fill:#c8553d}</style>",
    `<text x="${labelWidth}" y="18">times better than the Go daemon (logarithmic)</text>`,
    ...grid,
    ...rows,
    "</svg>",
    ""
  ].join("\n")
}
