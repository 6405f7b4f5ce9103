/** The contents of the code blocks of a Markdown page in these languages, in order. */
export const codeBlocks = (page: string, ...languages: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`(?:${languages.join("|")})\\n(.*?)^\`\`\``, "gms")),
    ([, content = ""]) => content
  )
