import { fstatSync } from "node:fs"

/**
 * Whether stderr is the journal: its device and inode are then in `$JOURNAL_STREAM` (systemd.exec(5)). The variable
 * alone is not enough, since child processes inherit it.
 */
export const stderrIsJournal = ({ JOURNAL_STREAM: stream }: NodeJS.ProcessEnv): boolean => {
  if (stream === undefined) return false
  const { dev, ino } = fstatSync(2)
  return stream === `${dev}:${ino}`
}

/**
 * Puts the priority for the journal before a line (sd-daemon(3)): error, or that of `: warning: ` or `: note: ` in it.
 * Without it, journald would log everything as information.
 */
export const withPriority = (line: string): string => {
  const priority = line.includes(": warning: ") ? 4 : line.includes(": note: ") ? 6 : 3
  return `<${priority}>${line}`
}
