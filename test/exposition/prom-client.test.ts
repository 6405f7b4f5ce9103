import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"
import { expect, test } from "vitest"
import { assemble } from "../../src/exposition/page.ts"
import { renderPromClient } from "../../src/exposition/prom-client.ts"
import { parseLine, splitLines } from "./parse.ts"

const exposed = async (registry: Registry) =>
  Buffer.from(assemble(renderPromClient(await registry.getMetricsAsJSON()), "text")).toString()

test("our text has the same lines as prom-client's own", async () => {
  const registers = [new Registry()]
  new Counter({ name: "a_total", help: "A.", labelNames: ["kind"], registers }).inc({ kind: 'x"\\\n' }, 3)
  new Gauge({ name: "b", help: "B.", registers }).set(-0.5)
  new Histogram({ name: "c_seconds", help: "C.", buckets: [0.1, 1], registers }).observe(0.2)
  const [registry = new Registry()] = registers
  const lines = (text: string) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .sort()
  expect(lines(await exposed(registry))).toEqual(lines(await registry.metrics()))
})

test("the default metrics of the process and of Node are included, none is NaN, and only counters end in _total", async () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const blocks = renderPromClient(await registry.getMetricsAsJSON())
  const names = blocks.map((block) => block.family.name)
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_heap_size_used_bytes"])
    expect(names).toContain(name)
  for (const { family, lines } of blocks) {
    if (family.type !== "counter") expect(family.name).not.toMatch(/_total$/)
    for (const line of splitLines(lines)) expect(parseLine(line).value).not.toBeNaN()
  }
})
