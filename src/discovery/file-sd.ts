import { existsSync, watch } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fromJson, fromYaml } from "../config/target-group.ts"
import { type Document, type Listing, readAgain, unreadable } from "./listing.ts"

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)

const reasons: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EISDIR: "a folder",
  EMFILE: "too many open files"
}

const cannot = (what: string, code: string) => `cannot be ${what}: ${reasons[code] ?? code}`

/** What is not there is no diagnostic: it may come. */
const isAbsent = (code: string) => code === "ENOENT" || code === "ENOTDIR"

const globPattern = (glob: string) =>
  new RegExp(`^${glob.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*")}$`, "s")

/** The files that a pattern stands for now, in the order of their names. Fails with the code of what keeps them from being found. */
const matching = (pattern: string): Effect.Effect<ReadonlyArray<string>, string> => {
  if (!pattern.includes("*")) return Effect.succeed([pattern])
  const [folder, wanted] = [dirname(pattern), globPattern(basename(pattern))]
  return Effect.tryPromise({ try: () => readdir(folder), catch: codeOf }).pipe(
    Effect.map((names) =>
      names
        .filter((name) => wanted.test(name))
        .sort()
        .map((name) => join(folder, name))
    ),
    Effect.catch((code) => (isAbsent(code) ? Effect.succeed([]) : Effect.fail(code)))
  )
}

/** The document of a file; undefined when there is none. */
const readDocument = (path: string, before: Document | undefined): Effect.Effect<Document | undefined> =>
  Effect.tryPromise({ try: () => readFile(path), catch: codeOf }).pipe(
    Effect.map((bytes) => readAgain(before, path, bytes, path.toLowerCase().endsWith(".json") ? fromJson : fromYaml)),
    Effect.catch((code) => Effect.succeed(isAbsent(code) ? undefined : unreadable(before, path, cannot("read", code))))
  )

/** Reads the files of a source: those that are gone list nothing, those that are broken what they listed before. */
export const readFiles = Effect.fnUntraced(function* (patterns: ReadonlyArray<string>, before: Listing) {
  const after = new Map<string, Document>()
  for (const pattern of patterns) {
    const paths = yield* Effect.result(matching(pattern))
    if (Result.isFailure(paths)) {
      const folder = dirname(pattern)
      after.set(folder, unreadable(before.get(folder), folder, cannot("listed", paths.failure)))
      for (const [path, document] of before) if (dirname(path) === folder) after.set(path, document)
      continue
    }
    for (const path of paths.success) {
      const document = yield* readDocument(path, before.get(path))
      if (document !== undefined) after.set(path, document)
    }
  }
  return after
})

/** Patterns that stand for no file now. */
export const unmatched = (patterns: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.filter(patterns, (pattern) => Effect.map(readFiles([pattern], new Map()), ({ size }) => size === 0))

/** A folder that is not there yet is waited for in the one around it. */
const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)))

/**
 * Watches the folders of a source, since a file that is renamed over another is a new one: what it returns ends with the first change
 * in them. Scoped. A system that has no watch to give (inotify(7) has a limit) leaves it at the refresh.
 */
export const watchFiles = (patterns: ReadonlyArray<string>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const { promise, resolve } = Promise.withResolvers<void>()
        const folders = new Set(patterns.map((pattern) => nearest(dirname(pattern))))
        const watchers = [...folders].flatMap((folder) => {
          try {
            return [watch(folder, () => resolve()).on("error", () => resolve())]
          } catch {
            return []
          }
        })
        return { promise, watchers }
      }),
      ({ watchers }) =>
        Effect.sync(() => {
          for (const watcher of watchers) watcher.close()
        })
    ),
    ({ promise }) => Effect.promise(() => promise)
  )
