import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { lines, load } from "../config/loading.ts"
import { parseLine } from "../exposition/parse.ts"
import { collect, line } from "../mapping/collect.ts"

/** From public reports: the response of an API, the series that were wanted, and the configuration that gives them. */
const cases = readdirSync(import.meta.dirname, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : []
)

const read = (name: string, file: string) => readFileSync(join(import.meta.dirname, name, file))

/** Responses that poller refuses, and the reason that it gives. */
const refused: Readonly<Record<string, string>> = { "48-xml": "it starts like HTML or XML" }

/** A name that the reporter wanted, against the advice of the lint. */
const advice = /use the base unit: hvac_(outdoor|zone)_temperature_celsius with unit: °F$/

test("there are 32 cases", () => expect(cases).toHaveLength(39))

describe.each(cases)("%s", (name) => {
  const configuration = () => load(read(name, "poller.yml").toString())

  test("its configuration has no problem and no warning", () => {
    const loaded = configuration()
    expect(lines(loaded.problems)).toEqual([])
    expect(lines(loaded.warnings).filter((warning) => !advice.test(warning))).toEqual([])
  })

  test("the answer becomes the series that were wanted, without a problem", () => {
    const [target] = configuration().targets
    let failure: string | undefined
    const { samples, problems } = collect((writer) =>
      Result.getOrElse(target?.transform([read(name, "answer.json")], writer) ?? Result.fail("no target"), (why) => {
        failure = why
        return { series: 0, dropped: {} as never, problems: [], gaveUp: false }
      })
    )
    expect(failure).toBe(refused[name])
    expect(problems).toEqual([])
    const wanted = read(name, "expected.prom").toString().trim().split("\n").map(parseLine)
    const found = samples.map((sample) => parseLine(line(sample)))
    expect(wanted.length).toBeGreaterThan(0)
    for (const one of refused[name] === undefined ? wanted : []) expect(found).toContainEqual(one)
  })
})
