import { execFileSync } from "node:child_process"
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { vi } from "vitest"
import { exists, fileLimits, readDirectory, readFile, readInput } from "../../src/host/file-reader.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content)
  return at(name)
}
const fifo = (name: string) => {
  execFileSync("mkfifo", [at(name)])
  return at(name)
}

const errorOf = (path: string, limit = 10) =>
  Effect.map(Effect.flip(readFile(path, limit)), ({ message }) => message.replace(folder, ""))

describe("readFile", () => {
  it.live.each([0, 1, 9, 10])("reads a file of %d bytes within the limit", (length) =>
    Effect.gen(function* () {
      const content = Buffer.from("0123456789".slice(0, length))
      expect(yield* readFile(file("good", content), 10)).toEqual(content)
    })
  )

  it.live("reads a file of several chunks", () =>
    Effect.gen(function* () {
      const content = Buffer.alloc(5_000_000, "0123456789abcdefg")
      expect((yield* readFile(file("long", content), fileLimits.list)).equals(content)).toBe(true)
    })
  )

  it.live("reads files without a size, such as those of /proc", () =>
    Effect.map(readFile("/proc/self/status", 100_000), (bytes) =>
      expect(bytes.toString()).toMatch(/^Name:[\s\S]*ctxt_switches:.*\n$/)
    )
  )

  it.live("reads a file without a size in few system calls", () =>
    Effect.gen(function* () {
      const handle = yield* Effect.promise(() => open("/proc/self/status"))
      const read = vi.spyOn(Object.getPrototypeOf(handle), "read")
      yield* Effect.promise(() => handle.close())
      expect((yield* readFile("/proc/self/status", 100_000)).length).toBeGreaterThan(100)
      expect(read.mock.calls.length).toBeLessThan(10)
      read.mockRestore()
    })
  )

  it.live("follows symbolic links", () =>
    Effect.gen(function* () {
      symlinkSync(file("pointed-at", "x"), at("link"))
      expect((yield* readFile(at("link"), 10)).toString()).toBe("x")
    })
  )

  it.live("refuses files that are too long, and what is not a regular file", () =>
    Effect.gen(function* () {
      mkdirSync(at("directory"))
      symlinkSync(at("loop"), at("loop"))
      expect(yield* errorOf(file("eleven", "0123456789a"))).toBe("cannot read /eleven: longer than 0.00001 MB")
      expect(yield* errorOf(file("big", Buffer.alloc(2_000_000)), fileLimits.secret)).toBe(
        "cannot read /big: longer than 1 MB"
      )
      expect(yield* errorOf("/dev/zero")).toBe("cannot read /dev/zero: not a regular file")
      expect(yield* errorOf(fifo("pipe"))).toBe("cannot read /pipe: not a regular file")
      expect(yield* errorOf(at("directory"))).toBe("cannot read /directory: a directory")
      expect(yield* errorOf(at("none"))).toBe("cannot read /none: no such file")
      expect(yield* errorOf(join(at("good"), "below"))).toBe("cannot read /good/below: no such file")
      expect(yield* errorOf(at("loop"))).toBe("cannot read /loop: a loop of symbolic links")
    })
  )

  it.live("reads once for simultaneous calls, and again for later ones", () =>
    Effect.gen(function* () {
      const path = file("shared", "1")
      const results = yield* Effect.all([readFile(path, 10), readFile(path, 10)], { concurrency: 2 })
      expect(results[0]).toBe(results[1])
      appendFileSync(path, "2")
      expect((yield* readFile(path, 10)).toString()).toBe("12")
    })
  )

  it.live("completes for one caller when another is interrupted", () =>
    Effect.gen(function* () {
      const path = file("abandoned", "1")
      const [interrupted, other] = [
        yield* Effect.forkChild(readFile(path, 10)),
        yield* Effect.forkChild(readFile(path, 10))
      ]
      yield* Effect.yieldNow
      yield* Fiber.interrupt(interrupted)
      expect((yield* Fiber.join(other)).toString()).toBe("1")
      expect((yield* readFile(path, 10)).toString()).toBe("1")
    })
  )

  it.live("reads thousands of files at a time", () =>
    Effect.gen(function* () {
      const paths = Array.from({ length: 2000 }, (_, index) => file(`many-${index}`, String(index)))
      const read = yield* Effect.forEach(paths, (path) => readFile(path, 10), { concurrency: "unbounded" })
      expect(read.map(String)).toEqual(paths.map((_, index) => String(index)))
    })
  )
})

it.live("readInput reads a pipe too, within the limit", () =>
  Effect.gen(function* () {
    const pipe = fifo("input")
    const written = Effect.promise(() => import("node:fs/promises").then((fs) => fs.writeFile(pipe, "content")))
    const [read] = yield* Effect.all([readInput(pipe, 10), written], { concurrency: 2 })
    expect(read.toString()).toBe("content")
    expect((yield* Effect.flip(readInput("/dev/zero", 1_000_000))).why).toBe("longer than 1 MB")
    expect((yield* Effect.flip(readInput(folder, 10))).why).toBe("a directory")
  })
)

it.live("readDirectory returns names, and exists is right for directories", () =>
  Effect.gen(function* () {
    mkdirSync(at("names"))
    writeFileSync(at("names/a"), "")
    expect(yield* readDirectory(at("names"))).toEqual(["a"])
    expect((yield* Effect.flip(readDirectory(at("nowhere")))).code).toBe("ENOENT")
    expect([yield* exists(at("names")), yield* exists(at("nowhere"))]).toEqual([true, false])
  })
)
