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

/** What a template may hold: text is escaped, lists are joined, nothing leaves nothing. */
export type Content = string | number | Html | undefined | false | ReadonlyArray<Content>

const render = (content: Content): string => {
  if (content === undefined || content === false) return ""
  if (content instanceof Html) return content.text
  if (typeof content === "string" || typeof content === "number") return escaped(String(content))
  return content.map(render).join("")
}

/** Markup with holes; whatever text stands in one cannot become markup. */
export const html = (strings: TemplateStringsArray, ...contents: ReadonlyArray<Content>): Html =>
  new Html(String.raw({ raw: strings }, ...contents.map(render)))
