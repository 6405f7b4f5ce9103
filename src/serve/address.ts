/** Where to listen; no host means all addresses. */
export interface Address {
  readonly host: string | undefined
  readonly port: number
}

/**
 * Parses an address as Go does: `:9180`, `127.0.0.1:9180`, `[::1]:9180`, `localhost:9180`; undefined for other text.
 */
export const parseAddress = (text: string): Address | undefined => {
  const [, bracketed, plain, port = ""] = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s]*)):([0-9]{1,5})$/.exec(text) ?? []
  if (port === "" || Number(port) > 65535) return undefined
  return { host: bracketed ?? (plain || undefined), port: Number(port) }
}

export const showAddress = ({ host, port }: Address): string =>
  `${host?.includes(":") ? `[${host}]` : (host ?? "")}:${port}`
