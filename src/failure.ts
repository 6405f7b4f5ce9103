import * as Data from "effect/Data"

/** Exit codes: EX_CONFIG of sysexits(3) for a bad configuration or flag, and 1 for everything else. */
export const exitCode = { configuration: 78, failure: 1 } as const

/** An error that a user can fix. Its lines are printed without a stack. */
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
