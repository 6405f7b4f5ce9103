import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { drafted } from "./drafting.ts"

const folders = [join(import.meta.dirname, "responses"), join(import.meta.dirname, "../../deploy/examples")]
const responses = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) =>
    file.endsWith(".json") ? [[basename(file, ".json"), join(folder, file)] as const] : []
  )
)

test("there are many responses", () => expect(responses.length).toBeGreaterThan(80))

test.each(responses)(
  "%s: the draft has or lists every number, has no label that changes, and mentions every key",
  (name, file) => {
    const found = drafted([readFileSync(file, "utf8")], name)
    expect(found).toBeDefined()
    if (found === undefined) return
    expect(found.problems).toEqual([])
    expect(found.faults, found.draft).toEqual({ lost: [], changing: [], unmentioned: [] })
  }
)
