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

/** The mapping of the executable's start-up snapshot, which is needed only until the heap has been deserialized. */
const snapshot = () => (isSea() ? lastReadOnly(readFileSync("/proc/self/maps", "latin1"), process.execPath) : undefined)

/**
 * M_TRIM_THRESHOLD of mallopt(3): above this size, free memory at the end of an arena is returned to the kernel at
 * once.
 */
const trimThreshold = { parameter: -1, bytes: 131_072 }

/**
 * How often free memory inside the arenas is returned. With 10,000 targets this takes some milliseconds.
 */
const trimInterval = Duration.seconds(15)

/**
 * Returns memory that only the start needed to the kernel. The result is a function that returns free memory later, or
 * undefined without node:ffi or with another libc.
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
    // if nobody sets the threshold, glibc raises it up to 64 MB when large buffers are freed
    if (process.env.MALLOC_TRIM_THRESHOLD_ === undefined)
      library.functions.mallopt(trimThreshold.parameter, trimThreshold.bytes)
    return () => void library.functions.malloc_trim(0n)
  } catch {
    return undefined
  }
}

/**
 * Returns free memory, which glibc would keep, to the kernel (malloc_trim(3)): after `startUp` and then every 15
 * seconds. Without node:ffi or with another libc it does nothing.
 */
export const releaseMemory = Effect.fnUntraced(function* (startUp: Duration.Duration) {
  yield* Effect.sleep(startUp)
  const trim = prepareTrim()
  if (trim === undefined) return
  yield* Effect.forever(Effect.andThen(Effect.sync(trim), Effect.sleep(trimInterval)))
})

/** Bytes. A larger heap grows enough by V8's own rule, which is proportional. */
const smallHeap = 64_000_000

/**
 * Lets the heap grow by four documents of `bytes` before V8 collects garbage. By its own rule a small heap grows by
 * only 8 MB, so that one large document would cause a full collection. A percentage of 0 is V8's own rule.
 */
export const makeRoom = (bytes: number): void => {
  const { used_heap_size } = v8.getHeapStatistics()
  const percent = used_heap_size > smallHeap ? 0 : Math.round((100 * Math.min(4 * bytes, smallHeap)) / used_heap_size)
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`)
}
