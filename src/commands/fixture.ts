import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { stringify } from "yaml"
import { type Failure, failure } from "../failure.ts"
import { reasonOf } from "../host/file-reader.ts"

const fail = (path: string) => (error: unknown) => {
  const { code, why } = reasonOf(error)
  return failure(
    `${path}: ${code === "EEXIST" ? "exists already, and is not overwritten" : `cannot be written: ${why}`}`
  )
}

/** Writes a file that must not exist yet. */
const write = (path: string, content: string | Uint8Array): Effect.Effect<void, Failure> =>
  Effect.tryPromise({ try: () => writeFile(path, content, { flag: "wx" }), catch: fail(path) })

/** Saves responses and their expected series, as a test of a configuration with a target of this name. */
export const writeFixture = Effect.fnUntraced(function* (
  directory: string,
  name: string,
  bodies: ReadonlyArray<Uint8Array>,
  pages: ReadonlyArray<string>
) {
  yield* Effect.tryPromise({ try: () => mkdir(directory, { recursive: true }), catch: fail(directory) })
  const stems = bodies.map((_, index) => (bodies.length === 1 ? name : `${name}-${index + 1}`))
  const tests = stems.map((stem) => ({ target: name, from: `${stem}.json`, want: `${stem}.prom`, problems: [] }))
  yield* write(join(directory, `${name}.test.yml`), stringify({ tests }))
  for (const [index, stem] of stems.entries()) {
    yield* write(join(directory, `${stem}.json`), bodies[index] ?? "")
    yield* write(join(directory, `${stem}.prom`), pages[index] ?? "")
  }
})
