import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect, onTestFinished, test } from "vitest"
import { formatDiagnostic } from "../../src/config/diagnostics.ts"
import { readFiles, unmatched, watchFiles } from "../../src/discovery/file-sd.ts"
import { diagnosticsOf, entriesOf, isSame, type Listing } from "../../src/discovery/listing.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const group = (...targets: ReadonlyArray<string>) => JSON.stringify([{ targets }])

/** A source with these patterns in a new folder. */
const source = (...patterns: ReadonlyArray<string>) => {
  const at = temporaryFolder()
  const absolute = patterns.map((pattern) => join(at, pattern))
  let listing: Listing = new Map()
  return {
    at,
    patterns: absolute,
    write: (name: string, text: string) => writeFileSync(join(at, name), text),
    read: async () => {
      const before = listing
      listing = await Effect.runPromise(readFiles(absolute, 10_000, before))
      return {
        addresses: entriesOf(listing).map(({ address }) => address),
        diagnostics: diagnosticsOf(listing).map((diagnostic) => formatDiagnostic(diagnostic).replace(at, "")),
        same: isSame(before, listing)
      }
    }
  }
}

describe("reading the files of a source", () => {
  test("reads those that match a pattern, in the order of their names", async () => {
    const { write, read } = source("b*.json", "a.yml", "(c)+.yaml")
    write("b2.json", group("b2:1"))
    write("b1.json", group("b1:1", "b1:2"))
    write("a.yml", "- targets: [a:1]")
    write("(c)+.yaml", "- targets: [c:1]")
    write("bjson", group("no:1"))
    write("b.json~", group("no:2"))
    write("ab.json", group("no:3"))
    expect(await read()).toEqual({ addresses: ["b1:1", "b1:2", "b2:1", "a:1", "c:1"], diagnostics: [], same: false })
    expect(await read()).toMatchObject({ same: true })
  })

  test("accepts files and folders that do not exist", async () => {
    const { read, patterns } = source("a.yml", "*.json", "none/*.yml")
    expect(await read()).toEqual({ addresses: [], diagnostics: [], same: true })
    expect(await Effect.runPromise(unmatched(patterns))).toEqual(patterns)
  })

  test("sees what was changed, added and removed", async () => {
    const { at, write, read } = source("*.yml")
    write("a.yml", "- targets: [a:1]")
    await read()
    write("a.yml", "- targets: [a:2]")
    write("b.yml", "- targets: [b:1]")
    expect(await read()).toMatchObject({ addresses: ["a:2", "b:1"], same: false })
    unlinkSync(join(at, "a.yml"))
    expect(await read()).toMatchObject({ addresses: ["b:1"], same: false })
  })

  test("keeps the last list of a broken file, and the other files", async () => {
    const { write, read } = source("*.json")
    write("a.json", group("a:1"))
    write("b.json", group("b:1"))
    await read()
    write("a.json", '[{"targets": ["a:2"')
    write("b.json", group("b:2"))
    const { addresses, diagnostics } = await read()
    expect(addresses).toEqual(["a:1", "b:2"])
    expect(diagnostics).toEqual(["/a.json: not JSON: cut off"])
    expect(await read()).toMatchObject({ same: true })
    write("a.json", group("a:3"))
    expect(await read()).toMatchObject({ addresses: ["a:3", "b:2"], diagnostics: [] })
  })

  test("reports a file that cannot be read in one line, with the number of further errors", async () => {
    const { at, write, read } = source("*.yml")
    mkdirSync(join(at, "a.yml"))
    write("b.yml", "- 1\n- 2\n- 3\n")
    expect(await read()).toMatchObject({
      addresses: [],
      diagnostics: ["/a.yml: cannot be read: a directory", "/b.yml:1:3: [0]: expected a map (and 2 more)"]
    })
  })
})

describe("watching the files of a source", () => {
  /** Starts a watch, which must report nothing yet. */
  const watching = async (patterns: ReadonlyArray<string>) => {
    const scope = Effect.runSync(Scope.make())
    onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const change = await Effect.runPromise(Scope.provide(watchFiles(patterns), scope))
    let isReported = false
    const reported = Effect.runPromise(change).then(() => {
      isReported = true
    })
    await sleep(20)
    expect(isReported, "a report without a change").toBe(false)
    return { reported }
  }

  test.each<readonly [string, (at: string) => void]>([
    ["changed", (at) => writeFileSync(join(at, "a.yml"), "[]")],
    ["added", (at) => writeFileSync(join(at, "b.yml"), "[]")],
    ["removed", (at) => unlinkSync(join(at, "a.yml"))],
    ["renamed over", (at) => renameSync(join(at, "a.tmp"), join(at, "a.yml"))],
    [
      "pointed to by a link that is renamed over, as in a ConfigMap",
      (at) => renameSync(join(at, "link.tmp"), join(at, "link"))
    ]
  ])("reports when one is %s", async (_, change) => {
    const { at, patterns, write } = source("*.yml")
    write("a.yml", "- targets: [a:1]")
    write("a.tmp", "- targets: [a:2]")
    symlinkSync("a", join(at, "link"))
    symlinkSync("b", join(at, "link.tmp"))
    const { reported } = await watching(patterns)
    change(at)
    await reported
  })

  test("reports when the folder is created and removed", async () => {
    const { at, patterns } = source("folder/within/*.yml")
    const created = await watching(patterns)
    mkdirSync(join(at, "folder"))
    await created.reported
    mkdirSync(join(at, "folder/within"))
    const removed = await watching(patterns)
    rmSync(join(at, "folder"), { recursive: true })
    await removed.reported
  })
})
