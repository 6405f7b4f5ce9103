import { type FSWatcher, watch } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { exists, fileLimits, isAbsent, readDirectory, readFile, type Unreadable } from "../host/file-reader.ts"
import { type Document, type Listing, readAgain, unreadable } from "./listing.ts"

const cannot = (what: string, { why }: Unreadable) => `cannot be ${what}: ${why}`

const globPattern = (glob: string) =>
  new RegExp(`^${glob.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*")}$`, "s")

/** The files that match a pattern now, sorted by name. */
const matching = (pattern: string): Effect.Effect<ReadonlyArray<string>, Unreadable> => {
  if (!pattern.includes("*")) return Effect.succeed([pattern])
  const [folder, expression] = [dirname(pattern), globPattern(basename(pattern))]
  return readDirectory(folder).pipe(
    Effect.map((names) =>
      names
        .filter((name) => expression.test(name))
        .sort()
        .map((name) => join(folder, name))
    ),
    Effect.catch((error) => (isAbsent(error.code) ? Effect.succeed([]) : Effect.fail(error)))
  )
}

/** Reads the document of a file; undefined if the file does not exist. */
const readDocument = (
  path: string,
  maxTargets: number,
  before: Document | undefined
): Effect.Effect<Document | undefined> =>
  readFile(path, fileLimits.list).pipe(
    Effect.flatMap((bytes) => {
      const format = path.toLowerCase().endsWith(".json") ? "json" : "yaml"
      return readAgain(before, { format, from: path, bytes, maxTargets })
    }),
    // a file may be created later
    Effect.catch((error) =>
      Effect.succeed(isAbsent(error.code) ? undefined : unreadable(before, path, cannot("read", error)))
    )
  )

/**
 * Reads the documents of a pattern. A folder that cannot be read becomes a document with an error, and its files keep
 * their lists.
 */
const readPattern = Effect.fnUntraced(function* (pattern: string, maxTargets: number, before: Listing) {
  const paths = yield* Effect.result(matching(pattern))
  if (Result.isFailure(paths)) {
    const folder = dirname(pattern)
    const kept = [...before].filter(([path]) => dirname(path) === folder)
    return [[folder, unreadable(before.get(folder), folder, cannot("listed", paths.failure))] as const, ...kept]
  }
  const documents = yield* Effect.forEach(paths.success, (path) => readDocument(path, maxTargets, before.get(path)), {
    concurrency: "unbounded"
  })
  return paths.success.flatMap((path, index) => {
    const document = documents[index]
    return document === undefined ? [] : [[path, document] as const]
  })
})

/** Reads the files of a source. A deleted file has no targets. A broken file keeps its last good list. */
export const readFiles = (
  patterns: ReadonlyArray<string>,
  maxTargets: number,
  before: Listing
): Effect.Effect<Listing> =>
  Effect.forEach(patterns, (pattern) => readPattern(pattern, maxTargets, before), { concurrency: "unbounded" }).pipe(
    Effect.map((documents) => new Map(documents.flat()))
  )

/** The patterns that match no file now. */
export const unmatched = (patterns: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.filter(patterns, (pattern) =>
    pattern.includes("*")
      ? Effect.orElseSucceed(
          Effect.map(matching(pattern), ({ length }) => length === 0),
          () => false
        )
      : Effect.orElseSucceed(
          Effect.map(exists(pattern), (found) => !found),
          () => false
        )
  )

/** The folder, or its nearest parent that exists. */
const nearest = (folder: string): Effect.Effect<string, Unreadable> =>
  Effect.flatMap(exists(folder), (found) => (found ? Effect.succeed(folder) : nearest(dirname(folder))))

/**
 * Watches the folders of a source, since an editor often replaces a file by another one. The returned effect ends with
 * the first change. Scoped. A watch may be impossible (inotify(7) has a limit, and a file system may hang). Then the
 * refresh finds the changes.
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
      // no watch: the refresh finds the changes
    }
  }
  return Effect.promise(() => promise)
})
