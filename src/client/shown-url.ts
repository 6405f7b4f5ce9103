/** A URL as logs and pages show it: its query may hold secrets, and so may its user. */
export const shownUrl = ({ protocol, host, pathname, search }: URL): string =>
  `${protocol}//${host}${pathname}${search === "" ? "" : "?..."}`
