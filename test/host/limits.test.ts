import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"
import { connections, fileLimit } from "../../src/host/limits.ts"

const source = join(import.meta.dirname, "../../src/host/limits.ts")

test.each([
  ["-n 300", 300],
  ["-Sn 200; ulimit -Hn 300", 300]
])("under ulimit %s a process may open %i files", (limit, files) => {
  const script = `import("${source}").then(({ fileLimit }) => console.log(fileLimit()))`
  const printed = execFileSync("/bin/sh", ["-c", `ulimit ${limit}; exec ${process.execPath} --eval '${script}'`])
  expect(Number(printed)).toBe(files)
})

test("without /proc the limit is assumed to be 1,024", () => {
  expect(fileLimit("/nowhere")).toBe(1024)
})

test.each([
  [64, { polls: 16, idle: 32, clients: 8 }],
  [1024, { polls: 256, idle: 512, clients: 128 }],
  [1_048_576, { polls: 2048, idle: 524_288, clients: 512 }],
  [Number.POSITIVE_INFINITY, { polls: 2048, idle: Number.POSITIVE_INFINITY, clients: 512 }]
])("connections get seven eighths of %d files", (limit, shares) => {
  expect(connections(limit)).toEqual(shares)
})
