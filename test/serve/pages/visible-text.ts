/** The text of a page without markup. */
export const visibleText = (page: string): string =>
  page
    .replace(/<(style|title)>[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
