/** Keys of other programs, and their names in poller. The first one that is valid in the same place is suggested. */
export const otherNames: Readonly<Record<string, ReadonlyArray<string>>> = {
  path: ["value"],
  json_path: ["value", "path"],
  jsonpath: ["value", "path"],
  expression: ["value", "path"],
  query: ["params", "value", "path"],
  field: ["value"],
  valueType: ["type"],
  valuetype: ["type"],
  metric_type: ["type"],
  description: ["help"],
  values: ["metrics", "map"],
  states_map: ["map"],
  mapping_values: ["map"],
  value_mappings: ["map"],
  multiply: ["scale"],
  multiplier: ["scale"],
  factor: ["scale"],
  regex: ["pattern"],
  regexp: ["pattern"],
  allow_missing_key: ["optional"],
  allow_missing: ["optional"],
  ignore_missing: ["optional"],
  required: ["optional"],
  default_value: ["default"],
  on_missing: ["default"],
  rows: ["each", "path"],
  items: ["each", "path"],
  header: ["headers", "columns"],
  data: ["body", "rows"],
  json: ["body"],
  payload: ["body"],
  http_method: ["method"],
  endpoint: ["url"],
  address: ["url"],
  urls: ["url"],
  targets: ["url"],
  scrape_interval: ["interval"],
  scrape_timeout: ["timeout"],
  valid_status_codes: ["accept_status"],
  success_status_codes: ["accept_status"],
  proxy_url: ["proxy"],
  username: ["auth"],
  authorization: ["auth"],
  basic_auth: ["auth"],
  bearer_token: ["bearer_token_file", "auth"],
  token: ["bearer_token_file", "auth"],
  password: ["password_file", "auth"],
  client_secret: ["client_secret_file"],
  tls_config: ["tls"],
  insecure: ["insecure_skip_verify"],
  verify: ["insecure_skip_verify"],
  page: ["param"],
  cursor: ["next"],
  next_page: ["next"],
  length: ["count"],
  tags: ["labels"],
  static_labels: ["labels"]
}

const average = 'an average is value: { calc: "sum(items[*].v) / count(items[*].v)" }'
const noTimestamps = "poller exposes no timestamps: make a metric of the time, with parse: time or unit: ms"

/** Keys that a metric cannot have, with what to write instead. */
export const otherPlaces: Readonly<Record<string, string>> = {
  timestamp: noTimestamps,
  epochTimestamp: noTimestamps,
  epochtimestamp: noTimestamps,
  values: "each of them is a metric: each: [{ path: items[*], metrics: { a: x, b: y } }]",
  each: "rows are an each beside metrics, not in one: each: [{ path: items[*], metrics: ... }]",
  name: "the name is the key of the metric: metrics: { shop_queue_depth: queue.depth }",
  calc: 'it belongs into value: value: { calc: "..." }',
  constant: "it belongs into value: value: { constant: 1 }",
  avg: average,
  mean: average
}

/** Values that other programs use for a choice such as `type` or `format`, and poller's values. */
export const otherWords: Readonly<Record<string, string>> = {
  jsonl: "ndjson",
  jsonlines: "ndjson",
  json_lines: "ndjson",
  json5: "lenient",
  jsonp: "lenient",
  date: "time",
  datetime: "time",
  timestamp: "time",
  iso8601: "time",
  percent: "quantity",
  number_with_unit: "quantity",
  size: "bytes",
  hexadecimal: "hex",
  number: "gauge",
  value: "gauge",
  unknown: "untyped",
  enum: "stateset"
}

/** Values of other programs that poller does not need, and why. */
export const needlessWords: Readonly<Record<string, string>> = {
  number: "a string that reads as a number needs no parse",
  float: "a string that reads as a number needs no parse",
  int: "a string that reads as a number needs no parse",
  integer: "a string that reads as a number needs no parse",
  double: "a string that reads as a number needs no parse",
  string: "a text is a label, or a number by map, pattern or parse",
  bool: "true is 1 and false is 0 without a parse",
  boolean: "true is 1 and false is 0 without a parse",
  object: "rows are an each with a path, beside metrics"
}
