import { readFileSync } from "node:fs"
import { isSea } from "node:sea"
import * as v8 from "node:v8"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { loadFfi } from "./ffi.ts"

/** MADV_DONTNEED of madvise(2): pages of a read-only file mapping are dropped and read again when needed. */
const dontNeed = 4

/** A range of the process's memory. */
interface Range {
  readonly address: bigint
  readonly length: bigint
}

/** The last read-only mapping of `file` in the text of /proc/PID/maps (proc_pid_maps(5)). */
export const lastReadOnly = (maps: string, file: string): Range | undefined => {
  const found = maps.split("\n").findLast((line) => line.includes(" r--p ") && line.endsWith(` ${file}`))
  const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(found ?? "") ?? []
  if (start === undefined || end === undefined) return undefined
  const address = BigInt(`0x${start}`)
  return { address, length: BigInt(`0x${end}`) - address }
}

/** Where the executable's start-up snapshot is mapped. It is needed only until the heap has been deserialized. */
const snapshot = () => (isSea() ? lastReadOnly(readFileSync("/proc/self/maps", "latin1"), process.execPath) : undefined)

/**
 * M_TRIM_THRESHOLD of mallopt(3): free memory at the end of an arena goes back to the kernel at once above this size.
 */
const trimThreshold = { parameter: -1, bytes: 131_072 }

/**
 * How often free memory in the middle of the arenas is released: it takes some milliseconds with ten thousand targets.
 */
const trimInterval = Duration.seconds(15)

/**
 * Releases what only the start needed. Returns the function that releases later garbage, or undefined with another
 * libc.
 */
const prepareTrim = (): (() => void) | undefined => {
  try {
    const library = loadFfi()?.dlopen("libc.so.6", {
      mallopt: { arguments: ["int32", "int32"], return: "int32" },
      malloc_trim: { arguments: ["uint64"], return: "int32" },
      madvise: { arguments: ["uint64", "uint64", "int32"], return: "int32" }
    })
    if (library === undefined) return undefined
    const mapped = snapshot()
    if (mapped !== undefined) library.functions.madvise(mapped.address, mapped.length, dontNeed)
    // glibc would raise the threshold up to 64 MB as large buffers come and go, unless it was set; the user may have
    // set it
    if (process.env.MALLOC_TRIM_THRESHOLD_ === undefined)
      library.functions.mallopt(trimThreshold.parameter, trimThreshold.bytes)
    return () => void library.functions.malloc_trim(0n)
  } catch {
    return undefined
  }
}

/**
 * Returns free memory that glibc would keep to the kernel (malloc_trim(3)), after `startUp` and then every 15 seconds.
 * Ends at once without node:ffi or with another libc.
 */
export const releaseMemory = Effect.fnUntraced(function* (startUp: Duration.Duration) {
  yield* Effect.sleep(startUp)
  const trim = prepareTrim()
  if (trim === undefined) return
  yield* Effect.forever(Effect.andThen(Effect.sync(trim), Effect.sleep(trimInterval)))
})

/** A heap above this size (bytes) grows far enough by V8's own rule, which is proportional. */
const smallHeap = 64_000_000

/**
 * Lets the heap grow by a few documents of `bytes` before V8 collects. A small heap may only grow by 8 MB, and one
 * large document would then cause a full collection. 0 restores V8's own rule.
 */
export const makeRoom = (bytes: number): void => {
  const { used_heap_size } = v8.getHeapStatistics()
  const percent = used_heap_size > smallHeap ? 0 : Math.round((100 * Math.min(4 * bytes, smallHeap)) / used_heap_size)
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`)
}
