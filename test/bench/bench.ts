import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { findPeers } from "./bench-daemon.ts"
import { type Bench, sizes } from "./bench-size.ts"
import { startUpstream } from "./bench-upstream.ts"
import { chart } from "./chart.ts"
import type { Figure } from "./figure.ts"
import { churn } from "./scenarios/churn-scenario.ts"
import { common } from "./scenarios/common-scenario.ts"
import { fleet } from "./scenarios/fleet-scenario.ts"
import { giant } from "./scenarios/giant-scenario.ts"
import { idle } from "./scenarios/idle-scenario.ts"
import { memory } from "./scenarios/memory-scenario.ts"
import { poll } from "./scenarios/poll-scenario.ts"
import { scrape } from "./scenarios/scrape-scenario.ts"
import { start } from "./scenarios/start-scenario.ts"
import { markdown } from "./table.ts"

const scenarios = { scrape, churn, giant, poll, start, idle, memory, fleet, common }
type Scenario = keyof typeof scenarios

const isScenario = (name: string): name is Scenario => name in scenarios
const isSize = (name: string): name is keyof typeof sizes => name in sizes

const usage = `npm run bench -- [--size ${Object.keys(sizes).join("|")}] [--out DIRECTORY] [${Object.keys(scenarios).join("] [")}]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "short" }, out: { type: "string", default: "dist/bench" } }
})
const unknown = positionals.filter((name) => !isScenario(name))
if (!isSize(values.size) || unknown.length > 0) {
  console.error(usage)
  process.exit(2)
}

/** After each scenario, so that a failure does not lose the results before it. */
const write = (figures: ReadonlyArray<Figure>) => {
  writeFileSync(join(values.out, "figures.json"), `${JSON.stringify(figures, undefined, 2)}\n`)
  writeFileSync(join(values.out, "figures.md"), markdown(figures))
  writeFileSync(join(values.out, "figures.svg"), chart(figures))
}

mkdirSync(values.out, { recursive: true })
using upstream = await startUpstream()
const bench: Bench = { size: sizes[values.size], upstream, peers: findPeers() }
const figures: Array<Figure> = []
for (const name of positionals.length === 0 ? Object.keys(scenarios) : positionals) {
  if (!isScenario(name)) continue
  const begin = performance.now()
  figures.push(...(await scenarios[name](bench)))
  write(figures)
  console.error(`${name}: ${Math.round((performance.now() - begin) / 1000)} s`)
}
console.log(markdown(figures))
