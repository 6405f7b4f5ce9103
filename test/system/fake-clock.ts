import { globSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../temporary-folder.ts"

/** The library that comes between a program and the clocks of the kernel: https://github.com/wolfcw/libfaketime. */
const [library] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1")

/** True where no clock can be set, with a line that says why. */
export const noFakeClock = library === undefined
if (noFakeClock) console.warn("skipped: no clock that can be set: apt-get install faketime")

/** Which clocks of a program are set: the time of day alone, as an administrator sets it, or all of them, as if time had passed. */
type Clocks = "wall" | "all"

/** The environment of a program whose clocks a test sets while it runs, by seconds or by libfaketime's units: "+1d", "-1h". */
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
