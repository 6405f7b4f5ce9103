import { execFileSync } from "node:child_process"

/* Makes the manual page poller(1) from the help of each command. */

/** Sections of a help text: heading (`FLAGS`) and its lines without their indentation. */
const sectionsOf = (help: string): ReadonlyArray<readonly [heading: string, lines: ReadonlyArray<string>]> =>
  help
    .split(/^(?=\S)/m)
    .map((section) => section.trimEnd().split("\n"))
    .map(([heading = "", ...lines]) => [heading, lines.map((line) => line.trim())])

/** Escapes text for roff, where a backslash, a hyphen, and a dot or quote at the start of a line are special. */
const roff = (text: string) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1")

/** Formats a line such as `--addr HOST:PORT   Where to listen` as a term and its text. */
const item = (line: string) => {
  const [term = "", ...text] = line.split(/ {2,}/)
  return `.TP\n.B ${roff(term)}\n${roff(text.join(" "))}`
}

const paragraph = (lines: ReadonlyArray<string>) => lines.map(roff).join("\n.br\n")

/** The page as roff. `program` is the executable; `date` is YYYY-MM-DD. */
export const manPage = (program: string, version: string, date: string): string => {
  const helpOf = (...command: ReadonlyArray<string>) =>
    new Map(sectionsOf(execFileSync(program, [...command, "--help"], { encoding: "utf8", env: { NO_COLOR: "1" } })))
  const main = helpOf()
  const names = (main.get("SUBCOMMANDS") ?? []).map((line) => line.split(" ")[0] ?? "")
  const globals = new Set(main.get("GLOBAL FLAGS"))
  const commands = names.map((name) => {
    const help = helpOf(name)
    const items = ["ARGUMENTS", "FLAGS"]
      .flatMap((heading) => help.get(heading) ?? [])
      .filter((line) => !globals.has(line))
    const [usage = ""] = help.get("USAGE") ?? []
    return [
      `.SS ${roff(name)}`,
      paragraph(help.get("DESCRIPTION") ?? []),
      ".PP",
      `.B ${roff(usage)}`,
      ...items.map(item)
    ]
  })
  return `${[
    `.TH POLLER 1 "${date}" "poller ${version}" "User Commands"`,
    ".SH NAME",
    "poller \\- poll JSON APIs and serve the responses as Prometheus series",
    ".SH SYNOPSIS",
    ".B poller",
    "[\\fIcommand\\fR] [\\fIflags\\fR]",
    ".SH DESCRIPTION",
    paragraph(main.get("DESCRIPTION") ?? []),
    ".SH COMMANDS",
    ...commands.flat(),
    ".SH GLOBAL FLAGS",
    ...[...globals].map(item),
    ".SH FILES",
    item("/etc/poller/poller.yml  The configuration of the service."),
    item("/etc/default/poller  Flags of the service, as environment variables."),
    ".SH EXIT STATUS",
    item("0  The daemon was asked to stop, or the command succeeded."),
    item("78  The configuration or a flag is wrong."),
    item("1  Any other failure."),
    ".SH SEE ALSO",
    "The guides and examples in /usr/share/doc/poller."
  ].join("\n")}\n`
}
