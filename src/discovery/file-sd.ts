import { type FSWatcher, watch } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { fromJson, fromYaml } from "../config/target-group.ts"
import { exists, fileLimits, isAbsent, readDirectory, readFile, type Unreadable } from "../host/file-reader.ts"
import { type Document, type Listing, readAgain, unreadable } from "./listing.ts"

const cannot = (what: string, { why }: Unreadable) => `cannot be ${what}: ${why}`

const globPattern = (glob: string) =>
  new RegExp(`^${glob.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*")}$`, "s")

/** The files that a pattern stands for now, in the order of their names. */
const matching = (pattern: string): Effect.Effect<ReadonlyArray<string>, Unreadable> => {
  if (!pattern.includes("*")) return Effect.succeed([pattern])
  const [folder, wanted] = [dirname(pattern), globPattern(basename(pattern))]
  return readDirectory(folder).pipe(
    Effect.map((names) =>
      names
        .filter((name) => wanted.test(name))
        .sort()
        .map((name) => join(folder, name))
    ),
    Effect.catch((error) => (isAbsent(error.code) ? Effect.succeed([]) : Effect.fail(error)))
  )
}

/** The document of a file; undefined when there is none. */
const readDocument = (path: string, before: Document | undefined): Effect.Effect<Document | undefined> =>
  readFile(path, fileLimits.list).pipe(
    Effect.map((bytes) => readAgain(before, path, bytes, path.toLowerCase().endsWith(".json") ? fromJson : fromYaml)),
    // what is not there may come
    Effect.catch((error) =>
      Effect.succeed(isAbsent(error.code) ? undefined : unreadable(before, path, cannot("read", error)))
    )
  )

/** The documents of a pattern. A folder that cannot be listed is one of them, and leaves what its files listed before. */
const readPattern = Effect.fnUntraced(function* (pattern: string, before: Listing) {
  const paths = yield* Effect.result(matching(pattern))
  if (Result.isFailure(paths)) {
    const folder = dirname(pattern)
    const kept = [...before].filter(([path]) => dirname(path) === folder)
    return [[folder, unreadable(before.get(folder), folder, cannot("listed", paths.failure))] as const, ...kept]
  }
  const documents = yield* Effect.forEach(paths.success, (path) => readDocument(path, before.get(path)), {
    concurrency: "unbounded"
  })
  return paths.success.flatMap((path, index) => {
    const document = documents[index]
    return document === undefined ? [] : [[path, document] as const]
  })
})

/** Reads the files of a source: those that are gone list nothing, those that are broken what they listed before. */
export const readFiles = (patterns: ReadonlyArray<string>, before: Listing): Effect.Effect<Listing> =>
  Effect.forEach(patterns, (pattern) => readPattern(pattern, before), { concurrency: "unbounded" }).pipe(
    Effect.map((documents) => new Map(documents.flat()))
  )

/** Patterns that stand for no file now. */
export const unmatched = (patterns: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.filter(patterns, (pattern) => Effect.map(readFiles([pattern], new Map()), ({ size }) => size === 0))

/** A folder that is not there yet is waited for in the one around it. */
const nearest = (folder: string): Effect.Effect<string, Unreadable> =>
  Effect.flatMap(exists(folder), (found) => (found ? Effect.succeed(folder) : nearest(dirname(folder))))

/**
 * Watches the folders of a source, since a file that is renamed over another is a new one: what it returns ends with the first change
 * in them. Scoped. A system that has no watch to give (inotify(7) has a limit) leaves it at the refresh, and so does a folder whose file system hangs: a watch
 * of it would hang too, and the loop with it.
 */
export const watchFiles = Effect.fnUntraced(function* (patterns: ReadonlyArray<string>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const found = yield* Effect.forEach(patterns, (pattern) => Effect.option(nearest(dirname(pattern))), {
    concurrency: "unbounded"
  })
  const watchers: Array<FSWatcher> = []
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const watcher of watchers) watcher.close()
    })
  )
  for (const folder of new Set(found.flatMap(Option.toArray))) {
    try {
      watchers.push(watch(folder, () => resolve()).on("error", () => resolve()))
    } catch {
      // the refresh finds what changes
    }
  }
  return Effect.promise(() => promise)
})
