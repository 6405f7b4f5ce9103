import { spawnSync } from "node:child_process"

/** A program that a test needs: the command that shows that it is here, and how to install it. */
interface Counterpart {
  readonly name: string
  readonly probe: readonly [command: string, ...args: ReadonlyArray<string>]
  readonly install: string
}

/** Whether the program is missing, so that its tests are skipped. Prints that, and how to install it. */
export const isMissing = ({ name, probe: [command, ...args], install }: Counterpart): boolean => {
  const missing = spawnSync(command, args).status !== 0
  if (missing) console.warn(`skipped: no ${name} here; ${install}`)
  return missing
}
