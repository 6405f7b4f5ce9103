import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { drafted } from "./drafting.ts"

const folders = [join(import.meta.dirname, "answers"), join(import.meta.dirname, "../../deploy/examples")]
const answers = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) =>
    file.endsWith(".json") ? [[basename(file, ".json"), join(folder, file)] as const] : []
  )
)

test("there are many answers", () => expect(answers.length).toBeGreaterThan(80))

test.each(answers)(
  "%s: the draft loses and falsifies no number, has no label that changes, and leaves nothing out in silence",
  (name, file) => {
    const found = drafted([readFileSync(file, "utf8")], name)
    expect(found).toBeDefined()
    if (found === undefined) return
    expect(found.problems).toEqual([])
    expect(found.verdict, found.draft).toEqual({ lost: [], changing: [], silent: [] })
  }
)
