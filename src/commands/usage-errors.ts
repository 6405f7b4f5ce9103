import type * as CliError from "effect/cli/CliError"
import { didYouMean } from "../config/suggest.ts"
import { variable } from "./variables.ts"

/** Rewrites Effect's description of a value, such as `Expected: "trace" | "debug"`, in plain words. */
const expectation = (text: string): string => {
  const plain = text
    .replace(/^Expected:? */, "")
    .replace(/^Schema validation failed: */, "")
    .replace(/^Expected:? */, "")
  if (!plain.includes(" | ")) return plain.replace("a string representing a finite number", "a whole number")
  return plain
    .replaceAll('"', "")
    .replaceAll(" | ", ", ")
    .replace(/, ([^,]*)$/, " or $1")
}

/** Formats an error on the command line, or in a variable of a flag, as one line. */
export const formatUsageError = (
  error: CliError.NonShowHelpErrors,
  variables: ReadonlySet<string>,
  commands: ReadonlyArray<string>
): string => {
  switch (error._tag) {
    case "InvalidValue": {
      const name = variables.has(error.option) ? variable(error.option) : `--${error.option}`
      return error.value === ""
        ? `${name}: the value is missing: expected ${expectation(error.expected)}`
        : `${name} ${JSON.stringify(error.value)}: expected ${expectation(error.expected)}`
    }
    case "UnrecognizedOption": {
      const known = error.suggestions.map((name) => name.replace(/^-*/, "--"))
      return `${error.option}: there is no such flag${known.length === 0 ? "" : `; did you mean ${known[0]}?`}`
    }
    case "UnknownSubcommand":
      return `${error.subcommand}: there is no such command${didYouMean(error.subcommand, commands)}`
    case "UnexpectedArgument":
      return `${error.arguments.join(" ")}: expected no such argument here`
    case "MissingArgument":
      return `${error.argument.toUpperCase()} is missing; see --help`
    case "MissingOption":
      return `--${error.option} is missing`
    default:
      return error.message.replaceAll("\n", " ")
  }
}
