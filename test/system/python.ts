import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import type { Format } from "../../src/exposition/format.ts"
import { isMissing } from "./counterpart.ts"

/** Debian's interpreter, which has the packages of `apt`, whatever Python is first on the PATH. */
const python = "/usr/bin/python3"

export const noParser: boolean = isMissing({
  name: "python3-prometheus-client",
  probe: [python, "-c", "import prometheus_client.openmetrics.parser"],
  install: "apt-get install -y python3-prometheus-client"
})

/** What the parser found under one family's name. Values are Python's `repr` of the float. */
export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly unit: string
  readonly help: string
  readonly samples: ReadonlyArray<{
    readonly name: string
    readonly labels: ReadonlyArray<readonly [name: string, value: string]>
    readonly value: string
  }>
  readonly timestamps: number
}

/** One Python process that parses any number of pages, one after the other. */
export interface Parser {
  /** The families of a page, or the error message of the parser. */
  readonly parse: (page: Uint8Array, format: Format) => Promise<ReadonlyArray<ParsedFamily> | string>
  readonly close: () => void
}

export const openParser = (): Parser => {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(python, [`${import.meta.dirname}/parse.py`], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  return {
    parse: async (page, format) => {
      child.stdin.write(`${JSON.stringify({ format, text: utf8.decode(page) })}\n`)
      const answer = await answers.next()
      if (answer.done === true) throw new Error("the parser has ended")
      return JSON.parse(answer.value)
    },
    close: () => child.stdin.end()
  }
}
