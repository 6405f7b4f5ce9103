import { globSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../temporary-folder.ts"

/** Replaces the clock functions of a program: https://github.com/wolfcw/libfaketime. */
const [library] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1")

/** Whether the library is missing, so that tests are skipped, with a line. */
export const noFakeClock = library === undefined
if (noFakeClock) console.warn("skipped: no clock that can be set: apt-get install faketime")

/** Which clocks a test sets: only the time of day, as an administrator does, or all clocks, as if time had passed. */
type Clocks = "wall" | "all"

/** The environment of a program, and how to set its clocks as it runs, as for libfaketime: "+30" (s), "+1d", "-1h". */
export const fakeClock = (clocks: Clocks) => {
  const folder = temporaryFolder()
  const file = join(folder, "offset")
  const set = (offset: string) => {
    // the program may read it at any moment
    writeFileSync(`${file}.new`, `${offset}\n`)
    renameSync(`${file}.new`, file)
  }
  set("+0")
  return {
    set,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      ...(clocks === "wall" ? { DONT_FAKE_MONOTONIC: "1" } : {})
    }
  }
}
