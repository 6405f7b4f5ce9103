import { readFileSync } from "node:fs"
import { isSea } from "node:sea"
import * as v8 from "node:v8"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { loadFfi } from "./ffi.ts"

/** MADV_DONTNEED of madvise(2): of a part of a file that nobody writes to, it means that it may be read again when it is needed. */
const dontNeed = 4

/** A stretch of the memory of a process. */
interface Stretch {
  readonly address: bigint
  readonly length: bigint
}

/** The last part of `file` that is mapped for reading alone, in the words of /proc/PID/maps (proc_pid_maps(5)). */
export const lastReadOnly = (maps: string, file: string): Stretch | undefined => {
  const found = maps.split("\n").findLast((line) => line.includes(" r--p ") && line.endsWith(` ${file}`))
  const [, begin, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(found ?? "") ?? []
  if (begin === undefined || end === undefined) return undefined
  const address = BigInt(`0x${begin}`)
  return { address, length: BigInt(`0x${end}`) - address }
}

/** What was put behind the program of Node in a single executable: the heap that the process began with, unpacked long since. */
const snapshot = () => (isSea() ? lastReadOnly(readFileSync("/proc/self/maps", "latin1"), process.execPath) : undefined)

/** M_TRIM_THRESHOLD of mallopt(3): what is free at the end of an arena and larger than so many bytes goes back at once. */
const trimThreshold = { parameter: -1, bytes: 131_072 }

/** How often what is free in the midst of what is in use is given back: it takes some milliseconds with ten thousand targets, and what is needed again costs more. */
const pause = Duration.seconds(15)

/** Gives back what only the start needed, and says how to give back what is freed later; undefined where that cannot be had, which harms nobody. */
const afterStart = (): (() => void) | undefined => {
  try {
    const library = loadFfi()?.dlopen("libc.so.6", {
      mallopt: { arguments: ["int32", "int32"], return: "int32" },
      malloc_trim: { arguments: ["uint64"], return: "int32" },
      madvise: { arguments: ["uint64", "uint64", "int32"], return: "int32" }
    })
    if (library === undefined) return undefined
    const packed = snapshot()
    if (packed !== undefined) library.functions.madvise(packed.address, packed.length, dontNeed)
    // said once, glibc does not raise it by itself, up to 64 MB, as large answers come and go; who runs poller may have said it already (mallopt(3))
    if (process.env.MALLOC_TRIM_THRESHOLD_ === undefined)
      library.functions.mallopt(trimThreshold.parameter, trimThreshold.bytes)
    return () => void library.functions.malloc_trim(0n)
  } catch {
    return undefined
  }
}

/**
 * Gives back for as long as it runs, from `startUp` on, what was freed and glibc would keep (malloc_trim(3)), and once the packed heap of the executable, which
 * only the start needed. Ends at once without node:ffi or with another libc.
 */
export const giveBack = Effect.fnUntraced(function* (startUp: Duration.Duration) {
  yield* Effect.sleep(startUp)
  const trim = afterStart()
  if (trim === undefined) return
  yield* Effect.forever(Effect.andThen(Effect.sync(trim), Effect.sleep(pause)))
})

/** A heap larger than this (bytes) has room enough by V8's own rule, which is a part of its size. */
const small = 64_000_000

/**
 * Lets the heap and its buffers grow by some answers of so many bytes before V8 collects: a small one may only grow by 8 MB, and a single large answer would
 * have all of it looked through. Not for good: 0 goes back to V8's own rule.
 */
export const makeRoom = (bytes: number): void => {
  const { used_heap_size } = v8.getHeapStatistics()
  const percent = used_heap_size > small ? 0 : Math.round((100 * Math.min(4 * bytes, small)) / used_heap_size)
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`)
}
