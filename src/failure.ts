import * as Data from "effect/Data"

/** Exit codes of sysexits(3): a bad configuration or flag, and everything else. */
export const exitCode = { configuration: 78, failure: 1 } as const

/** The end of a command by a cause that a user can mend: its lines are all that is printed, without a stack. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly lines: ReadonlyArray<string>
  readonly code: (typeof exitCode)[keyof typeof exitCode]
}> {
  override get message() {
    return this.lines.join("\n")
  }
}

export const badConfiguration = (...lines: ReadonlyArray<string>) =>
  new Failure({ lines, code: exitCode.configuration })

export const failure = (...lines: ReadonlyArray<string>) => new Failure({ lines, code: exitCode.failure })
