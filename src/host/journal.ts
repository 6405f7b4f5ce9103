import { fstatSync } from "node:fs"

/**
 * Whether stderr is the journal: `$JOURNAL_STREAM` is then its device and inode (systemd.exec(5)). The variable alone
 * proves nothing, since child processes inherit it.
 */
export const stderrIsJournal = ({ JOURNAL_STREAM: stream }: NodeJS.ProcessEnv): boolean => {
  if (stream === undefined) return false
  const { dev, ino } = fstatSync(2)
  return stream === `${dev}:${ino}`
}

/**
 * Marks a line for the journal as what it is (sd-daemon(3)): a problem, a warning or a note. Without a mark it would be
 * information.
 */
export const withPriority = (line: string): string => {
  const priority = line.includes(": warning: ") ? 4 : line.includes(": note: ") ? 6 : 3
  return `<${priority}>${line}`
}
