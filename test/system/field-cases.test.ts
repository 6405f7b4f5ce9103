import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import { parseLine } from "../exposition/parse.ts"
import { program } from "./program.ts"

/* The cases of test/field/, with the built program: what a user sees of `poller once --from`. */

const folder = join(import.meta.dirname, "../field")
const cases = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

const [command, ...first] = program

const once = (name: string, ...flags: ReadonlyArray<string>) => {
  const files = [join(folder, name, "poller.yml"), "--from", join(folder, name, "answer.json")]
  return promisify(execFile)(command, [...first, "once", ...files, ...flags])
}

describe.concurrent("once --strict", () => {
  test.each(cases.filter((name) => name !== "48-xml"))("%s gives the series that were wanted", async (name) => {
    const { stdout } = await once(name, "--strict")
    const found = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    const wanted = readFileSync(join(folder, name, "expected.prom"), "utf8")
      .trim()
      .split("\n")
    expect(wanted.length).toBeGreaterThan(0)
    const series = found.map((line) => parseLine(line))
    for (const line of wanted) expect(series).toContainEqual(parseLine(line))
  })

  test("48-xml is refused in one line", async () => {
    await expect(once("48-xml")).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: /^.*starts like HTML or XML.*\n$/
    })
  })
})
