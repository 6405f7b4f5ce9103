import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/**
 * Makes docs/recording.svg: a terminal in which someone drafts a configuration with poller. The commands are executed.
 */

/** The response that the draft is for. */
const response = `{ "uptime": "3d2h3m", "cpu_percent": 81.4,
  "queues": [ { "name": "mail", "depth": 7, "oldest_ms": 1500 },
              { "name": "invoices", "depth": 0, "oldest_ms": 20 } ] }
`

const commands = [
  "cat shop.json",
  "poller init shop.json --url https://shop.example.com/health --name shop > poller.yml",
  "cat poller.yml",
  "poller once poller.yml --from shop.json"
]

interface Line {
  readonly text: string
  readonly isCommand: boolean
}

/** Runs the commands in a temporary folder. `poller` is a shell function there. */
const record = (program: ReadonlyArray<string>): ReadonlyArray<Line> => {
  const folder = mkdtempSync(join(tmpdir(), "poller-recording-"))
  const call = program.map((word) => `'${word}'`).join(" ")
  try {
    writeFileSync(join(folder, "shop.json"), response)
    return commands.flatMap((command) => {
      const script = `poller() { ${call} "$@"; }; ${command}`
      const output = execFileSync("bash", ["--norc", "-euc", script], { cwd: folder, encoding: "utf8" })
      return [{ text: command, isCommand: true }, ...linesOf(output).map((text) => ({ text, isCommand: false }))]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const linesOf = (output: string) => (output === "" ? [] : output.replace(/\n$/, "").split("\n"))

const font = { size: 14, width: 8.43, height: 20 }
const margin = 20

/** Seconds before a line appears. Before a command, a reader has time to read the output above it. */
const pause = { command: 2.5, output: 0.03 }

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** The recording as SVG. Without animations, as in print, it shows all lines. */
export const terminalRecording = (program: ReadonlyArray<string>): string => {
  const lines = record(program)
  const columns = Math.max(...lines.map(({ text }) => text.length + 2))
  const width = Math.ceil(columns * font.width) + 2 * margin
  const height = lines.length * font.height + 2 * margin
  let seconds = -pause.command + 0.5
  const rows = lines.map(({ text, isCommand }, index) => {
    seconds += isCommand ? pause.command : pause.output
    const prompt = isCommand ? '<tspan class="prompt">$ </tspan>' : ""
    const y = margin + (index + 1) * font.height - 5
    const kind = isCommand ? ' class="command"' : ""
    return `<text x="${margin}" y="${y}"${kind} style="animation-delay:${seconds.toFixed(2)}s">${prompt}${escapeXml(text)}</text>`
  })
  const label =
    "A terminal: poller init drafts a configuration from a saved response, and poller once prints its series"
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${label}">`,
    "<style>",
    `text{font:${font.size}px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d6deeb;white-space:pre}`,
    ".prompt{fill:#7fdbca}.command{fill:#fff;font-weight:bold}",
    "@media (prefers-reduced-motion:no-preference){text{animation:appear .01s backwards}}",
    "@keyframes appear{from{opacity:0}}",
    "</style>",
    `<rect width="${width}" height="${height}" rx="8" fill="#15202b"/>`,
    ...rows,
    "</svg>",
    ""
  ].join("\n")
}
