import { constants } from "node:fs"
import { open, readdir, stat } from "node:fs/promises"
import { dirname } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Size limits of files in bytes. A longer file is an error. */
export const fileLimits = {
  /** A secret, a certificate or a key. */
  secret: 1_000_000,
  /** A configuration, or a list of targets. */
  list: 16_000_000,
  /** A saved response. */
  response: 1_000_000_000
} as const

/** A file could not be read. */
export class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly path: string
  /** Node's code (`ENOENT`), or one of ours. */
  readonly code: string
  /** The cause in words: `no such file`. */
  readonly why: string
}> {
  override get message() {
    return `cannot read ${this.path}: ${this.why}`
  }
}

/** Whether a code means that there is no such file. */
export const isAbsent = (code: string): boolean => code === "ENOENT" || code === "ENOTDIR"

const causes: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a directory",
  EEXIST: "there is a file of this name",
  EROFS: "the file system is read-only",
  ELOOP: "a loop of symbolic links",
  ENOSPC: "no space left on the disk",
  EMFILE: "too many open files",
  ENFILE: "too many open files"
}

/** The code of an error of Node, and its cause in words. */
export const reasonOf = (error: unknown): { readonly code: string; readonly why: string } => {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException
  return { code, why: causes[code] ?? (code || message) }
}

/** Bytes of one read when the rest of the file has no known size: a pipe, a file in /proc, or a file that grew. */
const pieceSize = 65_536

const showLimit = (bytes: number) => (bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`)

/** Reads a file up to its end, whatever its size says: a file may grow, and the size of a file in /proc is 0. */
const readNow = async (path: string, limit: number, pipes: boolean): Promise<Buffer> => {
  const failure = (code: string, why: string) => new Unreadable({ path, code, why })
  const kind = await stat(path)
  if (kind.isDirectory()) throw failure("EISDIR", "a directory")
  const isPipe = kind.isFIFO() || kind.isCharacterDevice()
  if (!kind.isFile() && !(pipes && isPipe)) throw failure("ENOTREG", "not a regular file")
  // O_NONBLOCK in case a FIFO has replaced the file since: opening it would wait for a writer
  const file = await open(path, constants.O_RDONLY | (isPipe ? 0 : constants.O_NONBLOCK))
  try {
    if (!isPipe && !(await file.stat()).isFile()) throw failure("ENOTREG", "not a regular file")
    const pieces: Array<Buffer> = []
    let size = 0
    for (;;) {
      const wanted = kind.size > size ? kind.size - size + 1 : pieceSize
      const piece = Buffer.alloc(Math.min(wanted, limit - size + 1, 16 * pieceSize))
      const { bytesRead } = await file.read(piece, 0, piece.length, null)
      if (bytesRead === 0) break
      size += bytesRead
      if (size > limit) throw failure("ETOOLARGE", `longer than ${showLimit(limit)}`)
      pieces.push(piece.subarray(0, bytesRead))
      if (size === kind.size) break
    }
    return Buffer.concat(pieces, size)
  } finally {
    await file.close()
  }
}

type Done = (exit: Exit.Exit<never, Unreadable> | Exit.Exit<unknown>) => void

/** An operation on a file, and the callers that wait for its result. */
interface Operation {
  readonly start: () => Promise<void>
  readonly waiting: Set<Done>
  readonly directory: Directory
  /** Milliseconds of the monotonic clock. Undefined while the operation is in the queue. */
  startedAt: number | undefined
}

/** The operations on the files of a directory. */
interface Directory {
  running: number
  readonly queue: Array<Operation>
  /** When the last operation ended. Milliseconds of the monotonic clock. */
  endedAt: number
}

/** libuv's default (https://docs.libuv.org/en/v1.x/threadpool.html). */
const defaultThreads = 4

/**
 * The limits of concurrent operations. On a file system that hangs, each operation keeps a thread of libuv's pool. Most
 * threads must be left for other work.
 */
const maxRunning = () => {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || defaultThreads
  return { total: Math.floor((threads * 3) / 4), perDirectory: Math.max(1, Math.floor(threads / 8)) }
}

const operations = new Map<string, Operation>()
const directories = new Map<string, Directory>()
let running = 0

/** Starts queued operations, up to the limits. */
const startQueued = (): void => {
  const { total, perDirectory } = maxRunning()
  for (const [name, directory] of directories) {
    while (running < total && directory.running < perDirectory) {
      const next = directory.queue.shift()
      if (next === undefined) break
      running++
      directory.running++
      next.startedAt = performance.now()
      void next.start().finally(() => {
        running--
        directory.running--
        directory.endedAt = performance.now()
        startQueued()
      })
    }
    if (directory.running === 0 && directory.queue.length === 0) directories.delete(name)
  }
}

const enqueue = (key: string, path: string, act: () => Promise<unknown>): Operation => {
  const waiting = new Set<Done>()
  const name = dirname(path)
  const directory = directories.get(name) ?? { running: 0, queue: [], endedAt: 0 }
  const finish = (exit: Parameters<Done>[0]) => {
    operations.delete(key)
    for (const done of waiting) done(exit)
  }
  const operation: Operation = {
    waiting,
    directory,
    startedAt: undefined,
    start: async () => {
      // all callers were interrupted
      if (waiting.size === 0) return void operations.delete(key)
      try {
        finish(Exit.succeed(await act()))
      } catch (error) {
        finish(Exit.fail(error instanceof Unreadable ? error : new Unreadable({ path, ...reasonOf(error) })))
      }
    }
  }
  directories.set(name, directory)
  directory.queue.push(operation)
  operations.set(key, operation)
  return operation
}

/** Milliseconds. An operation that takes longer fails. */
const hangTimeout = 5000

/**
 * Milliseconds until an operation times out. They count from its start; in the queue, from the end of the last
 * operation in its directory. So a long queue is no error while it moves.
 */
const timeLeft = ({ startedAt, directory }: Operation, calledAt: number) =>
  hangTimeout - (performance.now() - (startedAt ?? Math.max(calledAt, directory.endedAt)))

/**
 * Runs an operation on a file. A caller can be interrupted at any time, but a system call that hangs cannot, and it
 * keeps its thread. So concurrent callers with the same `name` and `path` share one run, and few operations run in one
 * directory at once. Without `mayWait` the operation times out.
 */
const runOperation = <A>(
  name: string,
  path: string,
  act: () => Promise<A>,
  mayWait = false
): Effect.Effect<A, Unreadable> =>
  Effect.callback<A, Unreadable>((resume) => {
    const key = JSON.stringify([name, path])
    const operation = operations.get(key) ?? enqueue(key, path, act)
    const calledAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    const stopWaiting = () => {
      clearTimeout(timer)
      operation.waiting.delete(done)
    }
    const done: Done = (exit) => {
      stopWaiting()
      // operations with the same name have results of the same type
      resume(exit as Exit.Exit<A, Unreadable>)
    }
    const wait = () => {
      const rest = timeLeft(operation, calledAt)
      if (rest > 0) timer = setTimeout(wait, rest)
      else {
        const why = `no answer in ${hangTimeout / 1000}s: its file system hangs`
        done(Exit.fail(new Unreadable({ path, code: "ETIMEDOUT", why })))
      }
    }
    operation.waiting.add(done)
    startQueued()
    if (!mayWait) wait()
    return Effect.sync(stopWaiting)
  })

/** Runs another operation on a file. Concurrent callers with the same `name` share one result. */
export const withFile: <A>(name: string, path: string, act: () => Promise<A>) => Effect.Effect<A, Unreadable> =
  runOperation

/** The content of a regular file of at most `limit` bytes. */
export const readFile = (path: string, limit: number): Effect.Effect<Buffer, Unreadable> =>
  runOperation(`read ${limit}`, path, () => readNow(path, limit, false))

/** The same for a file on the command line. It may also be a pipe or a terminal, for which poller waits. */
export const readInput = (path: string, limit: number): Effect.Effect<Buffer, Unreadable> =>
  runOperation(`input ${limit}`, path, () => readNow(path, limit, true), true)

/** A text that changes when the file is written or replaced. Symbolic links are followed. */
export const readStamp = (path: string): Effect.Effect<string, Unreadable> =>
  runOperation("stamp", path, async () => {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${dev}-${ino}-${size}-${mtimeNs}`
  })

/** The names in a directory. */
export const readDirectory = (path: string): Effect.Effect<ReadonlyArray<string>, Unreadable> =>
  runOperation("list", path, () => readdir(path))

/** Whether there is a file or a directory of this name. */
export const exists = (path: string): Effect.Effect<boolean, Unreadable> =>
  runOperation("exists", path, () => stat(path)).pipe(
    Effect.as(true),
    Effect.catch((error) => (isAbsent(error.code) ? Effect.succeed(false) : Effect.fail(error)))
  )

/** Whether an operation is running. It may hang, and Node would wait for it at exit. */
export const mayHang = (): boolean => running > 0
