/*
 * Node adds the compiled code of all its own 440 modules to a start-up snapshot, and each process copies it to its
 * memory: 4 MB, mostly of modules that poller never loads (test runner, inspector, QUIC), or that are loaded in the
 * snapshot already. This file removes the code that is not needed.
 *
 * The code is the last part of the snapshot: the number of modules, then for each module the length and text of its
 * name, and the length and bytes of its code (SnapshotData in node_snapshotable.cc of Node; 64-bit numbers,
 * little-endian).
 */

/** The compiled code of a module: its name, and its range in the file. */
interface Module {
  readonly name: string
  readonly begin: number
  readonly end: number
}

const maxLength = { name: 100, code: 1_000_000 }

/** The 64-bit number at an offset; undefined if it is not between 1 and `max`, so the code does not begin here. */
const numberAt = (bytes: Buffer, at: number, max: number): number | undefined => {
  if (at + 8 > bytes.length || bytes.readUInt32LE(at + 4) !== 0) return undefined
  const number = bytes.readUInt32LE(at)
  return number > 0 && number <= max ? number : undefined
}

const moduleAt = (bytes: Buffer, begin: number): Module | undefined => {
  const length = numberAt(bytes, begin, maxLength.name)
  if (length === undefined) return undefined
  const name = bytes.toString("latin1", begin + 8, begin + 8 + length)
  const code = numberAt(bytes, begin + 8 + length, maxLength.code)
  if (code === undefined || !/^[\w/-]+$/.test(name)) return undefined
  const end = begin + 16 + length + code
  return end <= bytes.length ? { name, begin, end } : undefined
}

/** The list of modules at an offset; undefined if there is none. */
const modulesAt = (bytes: Buffer, at: number): ReadonlyArray<Module> | undefined => {
  const count = numberAt(bytes, at, 2000)
  if (count === undefined) return undefined
  const modules: Array<Module> = []
  let begin = at + 8
  while (modules.length < count) {
    const module = moduleAt(bytes, begin)
    if (module === undefined) return undefined
    modules.push(module)
    begin = module.end
  }
  // fewer are bytes of something else that match by chance
  return modules.length >= 100 ? modules : undefined
}

/**
 * Removes the code of all modules except `kept` from the bytes of an executable, in place. False if there is none.
 */
export const keepCode = (bytes: Buffer, kept: ReadonlySet<string>): boolean => {
  for (let at = 0; at < bytes.length; at++) {
    const modules = modulesAt(bytes, at)
    if (modules === undefined) continue
    const found = modules.filter(({ name }) => kept.has(name))
    const code = Buffer.concat(found.map(({ begin, end }) => bytes.subarray(begin, end)))
    bytes.writeBigUInt64LE(BigInt(found.length), at)
    bytes.fill(0, at + 8, modules.at(-1)?.end)
    code.copy(bytes, at + 8)
    return true
  }
  return false
}

/** The modules in a `process.moduleLoadList`. */
const modulesOf = (loaded: ReadonlyArray<string>): ReadonlyArray<string> =>
  loaded.flatMap((part) => /^NativeModule (.*)$/.exec(part)?.[1] ?? [])

/**
 * The names of the modules whose code is needed: those that a process loads after `loaded` when it uses all `builtins`,
 * and those that its threads load.
 */
export const neededLater = (
  run: (...args: ReadonlyArray<string>) => string,
  loaded: ReadonlyArray<string>,
  builtins: ReadonlyArray<string>
): ReadonlySet<string> => {
  const script = `
    const { Worker } = require("node:worker_threads")
    for (const name of ${JSON.stringify(builtins)}) process.getBuiltinModule(name)
    new Worker("require('node:worker_threads').parentPort.postMessage(process.moduleLoadList)", { eval: true })
      .on("message", (thread) => console.log(JSON.stringify({ process: process.moduleLoadList, thread })))
  `
  const all: Readonly<Record<"process" | "thread", ReadonlyArray<string>>> = JSON.parse(
    run("--no-warnings", "--eval", script)
  )
  const already = new Set(modulesOf(loaded))
  return new Set([...modulesOf(all.thread), ...modulesOf(all.process).filter((name) => !already.has(name))])
}
