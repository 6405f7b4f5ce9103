/**
 * The words of a document's key in snake_case: `uptimeMs` to `uptime_ms`, `HTTPStatus` to `http_status`, `2xx` stays
 * `2xx`. A legal part of a metric or label name (https://prometheus.io/docs/concepts/data_model/), but it may begin
 * with a digit or be empty.
 */
export const snakeCase = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/[^a-zA-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase()
