import { type Peer, peers } from "./bench-daemon.ts"
import { type Figure, type Goal, ratio, reached } from "./figure.ts"

/** Three significant digits. */
export const short = (value: number | undefined): string =>
  value === undefined ? "" : Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 })

const timesBetter = (figure: Figure, peer: Peer) => {
  const times = ratio(figure, peer)
  return times === undefined || !Number.isFinite(times) ? "" : `${short(times)} ×`
}

const goalText = (goal: Goal | undefined) =>
  goal === undefined ? "" : goal._tag === "Times" ? `${short(goal.times)} × ${goal.peer}` : `≤ ${short(goal.value)}`

const verdict = (figure: Figure) => {
  const yes = reached(figure)
  return yes === undefined ? "" : yes ? "yes" : "**no**"
}

const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`

/** The peers that a ratio is shown for, where the scenario measured them. */
const compared = ["go", "bare", "plain"] as const

const table = (scenario: string, figures: ReadonlyArray<Figure>) => {
  const measured = (peer: Peer) => figures.some(({ values }) => values[peer] !== undefined)
  const columns = peers.filter(measured)
  const ratios = compared.filter(measured)
  const header = ["what", "unit", ...columns, ...ratios.map((peer) => `× ${peer}`), "goal", "reached"]
  return [
    `### ${scenario}`,
    "",
    line(header),
    line(header.map((_, index) => (index < 2 ? "---" : "---:"))),
    ...figures.map((figure) =>
      line([
        figure.what,
        figure.unit,
        ...columns.map((peer) => short(figure.values[peer])),
        ...ratios.map((peer) => timesBetter(figure, peer)),
        goalText(figure.goal),
        verdict(figure)
      ])
    ),
    ""
  ].join("\n")
}

/**
 * The figures as Markdown, one table for each scenario. `×` says how many times better poller is; below 1 it is worse.
 */
export const markdown = (figures: ReadonlyArray<Figure>): string =>
  [...Map.groupBy(figures, ({ scenario }) => scenario)]
    .map(([scenario, figures]) => table(scenario, figures))
    .join("\n")
