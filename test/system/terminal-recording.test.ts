import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { terminalRecording } from "../../deploy/terminal-recording.ts"
import { program } from "./program.ts"

test("docs/recording.svg shows what poller prints; npm run pictures makes it anew", () => {
  expect(terminalRecording(program)).toBe(readFileSync(join(import.meta.dirname, "../../docs/recording.svg"), "utf8"))
})
