import { compileAt, type Path } from "../../jsonpath/evaluate.ts"

/** Functions that combine all that a path finds into one number, or take one of the nodes. */
export const aggregates = ["count", "sum", "min", "max", "first", "last"] as const
export type Aggregate = (typeof aggregates)[number]

/** What an expression reads from the document: the one value of a path, or an aggregate of many. */
export interface Operand {
  readonly aggregate: Aggregate | "value"
  readonly path: Path
}

/** An arithmetic expression, compiled. */
export interface Calc {
  readonly text: string
  /** Each once, in the order of the text. */
  readonly operands: ReadonlyArray<Operand>
  /** The result for the operands' numbers; NaN after a division by 0 and for numbers too large for a double. */
  readonly evaluate: (operands: ReadonlyArray<number>) => number
}

type Evaluate = Calc["evaluate"]

const blank = /[ \t\n\r]*/y
const number = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
const call = /([A-Za-z_][A-Za-z0-9_]*)[ \t\n\r]*\(/y
const pathStart = /[$@[A-Za-z_\u{80}-\u{10FFFF}]/uy

/** A longer expression is a mistake, and could overflow the stack. */
const maxOperations = 200

/** NaN in place of infinity, after each operation: 1 / (1 / 0) must not become 0. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN)

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => finite(a + b),
  "-": (a, b) => finite(a - b),
  "*": (a, b) => finite(a * b),
  "/": (a, b) => (b === 0 ? Number.NaN : finite(a / b))
}

/**
 * Compiles `1 - free_kb / total_kb`: numbers, paths, aggregates such as `sum(disks[*].free)`, `+ - * / ( )` and the
 * unary minus, with the precedence of PromQL. Throws a SyntaxError of one line.
 */
export const compileCalc = (text: string): Calc => {
  const operands: Array<Operand> = []
  let at = 0
  let left = maxOperations

  const fail = (message: string, where = at): never => {
    throw new SyntaxError(`${message} at character ${where + 1}`)
  }
  const found = () =>
    at < text.length ? `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}` : "found the end"
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const skip = (token: string): boolean => {
    const isThere = text.startsWith(token, at)
    if (isThere) at += token.length
    return isThere
  }
  const skipBlank = () => {
    at += match(blank)?.[0].length ?? 0
  }
  const spend = () => {
    if (left-- === 0) fail(`more than ${maxOperations} operations`)
  }

  const pathAt = (): Path => {
    if (match(pathStart) === null)
      return fail(`expected a number, a path, ( or one of ${aggregates.join(", ")}, ${found()}`)
    const { path, end } = compileAt(text, at)
    at = end
    return path
  }
  const operand = (aggregate: Operand["aggregate"], path: Path): Evaluate => {
    const known = operands.findIndex((other) => other.aggregate === aggregate && other.path.text === path.text)
    const index = known < 0 ? operands.push({ aggregate, path }) - 1 : known
    return (values) => values[index] ?? Number.NaN
  }
  const closing = () => {
    skipBlank()
    if (!skip(")")) fail(`expected an operator or ), ${found()}`)
  }

  const primary = (): Evaluate => {
    skipBlank()
    if (skip("-")) {
      spend()
      const negated = primary()
      return (values) => -negated(values)
    }
    if (skip("(")) {
      spend()
      const inner = sum()
      closing()
      return inner
    }
    const digits = match(number)?.[0]
    if (digits !== undefined) {
      const value = finite(Number(digits))
      at += digits.length
      return () => value
    }
    const called = match(call)
    if (called === null) return operand("value", pathAt())
    const aggregate = aggregates.find((name) => name === called[1])
    if (aggregate === undefined) return fail(`no function ${called[1]}(): there are ${aggregates.join(", ")}`)
    at += called[0].length
    skipBlank()
    const path = pathAt()
    closing()
    return operand(aggregate, path)
  }

  /** Operations of one precedence, from left to right. */
  const chain = (operators: ReadonlyArray<string>, next: () => Evaluate): Evaluate => {
    let result = next()
    for (;;) {
      skipBlank()
      const operate = operators.includes(text[at] ?? "") ? operations[text[at] ?? ""] : undefined
      if (operate === undefined) return result
      at++
      spend()
      const [before, after] = [result, next()]
      result = (values) => operate(before(values), after(values))
    }
  }
  const product = (): Evaluate => chain(["*", "/"], primary)
  const sum = (): Evaluate => chain(["+", "-"], product)

  const evaluate = sum()
  skipBlank()
  if (at < text.length) fail(`expected an operator (+ - * /), ${found()}`)
  return { text, operands, evaluate }
}
