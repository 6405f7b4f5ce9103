/** Markup that is safe to send as it is. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString() {
    return this.text
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

/** A value in a template. Text is escaped, lists are joined; `undefined` and `false` add nothing. */
export type Content = string | number | Html | undefined | false | ReadonlyArray<Content>

const render = (content: Content): string => {
  if (content === undefined || content === false) return ""
  if (content instanceof Html) return content.text
  if (typeof content === "string" || typeof content === "number") return escaped(String(content))
  return content.map(render).join("")
}

/** Makes markup of a template. A text in it is escaped, so it cannot become markup. */
export const html = (strings: TemplateStringsArray, ...contents: ReadonlyArray<Content>): Html =>
  new Html(String.raw({ raw: strings }, ...contents.map(render)))
