/** The two expositions of the page: text 0.0.4, which everything reads, and OpenMetrics 1.0.0, for who asks for it. */
export type Format = "text" | "openmetrics"

/** The exact Content-Type of each format (exposition_formats.md and OpenMetrics 1.0.0, section "Protocol Negotiation"). */
export const contentType: Record<Format, string> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
}
