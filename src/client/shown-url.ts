/** A URL for logs and pages, without query and user, which may be secrets. */
export const shownUrl = ({ protocol, host, pathname, search }: URL): string =>
  `${protocol}//${host}${pathname}${search === "" ? "" : "?..."}`
