import { existsSync } from "node:fs"

/** Global flags with a value. They may come before the command. */
export const globalFlags = ["log-format", "log-level"] as const

/** Flags of the program itself, which need no command. */
const withoutCommand = new Set(["-h", "-v", "--help", "--version", "--completions"])

/** Long flags also work with one dash, as in Go programs. Arguments after `--` stay unchanged. */
const withTwoDashes = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  return args.map((arg, index) => (/^-[a-z]{2,}/.test(arg) && (end < 0 || index < end) ? `-${arg}` : arg))
}

/** Whether a word is a configuration file, not a command. */
const isFile = (word: string) => word === "-" || /[./]/.test(word) || existsSync(word)

/** The position of the first word that is neither a global flag nor its value. */
const firstWord = (args: ReadonlyArray<string>): number => {
  for (let index = 0; index < args.length; index++) {
    const global = globalFlags.find((flag) => args[index] === `--${flag}` || args[index]?.startsWith(`--${flag}=`))
    if (global === undefined) return index
    if (args[index] === `--${global}`) index += 1
  }
  return args.length
}

/** The arguments with the command first. The default command is `run`. */
export const normalize = (given: ReadonlyArray<string>, commands: ReadonlyArray<string>): ReadonlyArray<string> => {
  const args = withTwoDashes(given)
  const at = firstWord(args)
  const word = args[at]
  if (word !== undefined && withoutCommand.has(word.replace(/=.*/, ""))) return args
  if (word !== undefined && commands.includes(word)) return [word, ...args.slice(0, at), ...args.slice(at + 1)]
  return word === undefined || word.startsWith("-") || isFile(word) ? ["run", ...args] : args
}

/** The names of the flags among arguments, without values. */
export const flagsIn = (args: ReadonlyArray<string>): ReadonlySet<string> => {
  const end = args.indexOf("--")
  const flags = args.slice(0, end < 0 ? undefined : end).flatMap((arg) => /^--([a-z-]+)/.exec(arg)?.[1] ?? [])
  return new Set(args.some((arg) => /^-c(?:$|[^-])/.test(arg)) ? [...flags, "config"] : flags)
}
