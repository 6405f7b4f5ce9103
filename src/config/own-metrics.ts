import type { MetricType } from "../mapping/metric-type.ts"
import type { Family } from "../mapping/sample.ts"

const family = (name: string, type: MetricType, help: string): Family => ({ name, type, help })

/**
 * poller's own metrics of each target. Their values are in poll/target-samples.ts, which does not compile if one is
 * missing. A configuration cannot use these names. A test compares docs/metrics.md with the running daemon.
 */
export const targetFamilies = {
  up: family("poll_up", "gauge", "1 if the last poll of the target was good, else 0."),
  duration: family("poll_duration_seconds", "gauge", "Duration of the last poll, from the request to the series."),
  lastSuccess: family("poll_last_success_timestamp_seconds", "gauge", "When the last good poll ended."),
  interval: family("poll_interval_seconds", "gauge", "Time between two polls of the target."),
  series: family("poll_series", "gauge", "Series of the target that are exposed now."),
  bytes: family("poll_response_bytes", "gauge", "Size of the last response body, decompressed."),
  polls: family("polls_total", "counter", "Polls that have ended, good or not."),
  errors: family("poll_errors_total", "counter", "Failed polls, by reason."),
  skipped: family(
    "poll_ticks_skipped_total",
    "counter",
    "Ticks without a poll: the poll before was still running, or the upstream had asked for a pause."
  ),
  dropped: family("poll_samples_dropped_total", "counter", "Samples that a response did not yield, by reason.")
} as const satisfies Record<string, Family>

/** poller's own metrics of the process; poll/daemon-status.ts has their values. */
export const daemonFamilies = {
  build: family("poller_build_info", "info", "1, with the versions of poller and Node as labels."),
  reloadSuccessful: family(
    "poller_config_last_reload_successful",
    "gauge",
    "1 if the last reload of the configuration was good, 0 if it failed and the old configuration is in force."
  ),
  reloadSuccess: family(
    "poller_config_last_reload_success_timestamp_seconds",
    "gauge",
    "When a good configuration was last loaded."
  ),
  shard: family("poller_shard_ordinal", "gauge", "The shard of this process, from 0."),
  shards: family("poller_total_shards", "gauge", "Number of shards.")
} as const satisfies Record<string, Family>

/** poller's own metrics of a process in a cluster. */
export const clusterFamilies = {
  members: family(
    "poller_cluster_members",
    "gauge",
    "Processes of the cluster with a recent heartbeat in the database, this one included."
  ),
  ownedTargets: family("poller_cluster_owned_targets", "gauge", "Targets that this process polls."),
  targets: family("poller_cluster_targets", "gauge", "Targets of the configuration, polled by any process."),
  unownedTargets: family("poller_cluster_unowned_targets", "gauge", "Targets that no process polls."),
  connected: family("poller_cluster_connected", "gauge", "1 if the database of the cluster answers, else 0."),
  configurationsAgree: family(
    "poller_cluster_config_agrees",
    "gauge",
    "1 if all processes of the cluster have the same targets with the same settings, else 0."
  )
} as const satisfies Record<string, Family>

/** poller's own metrics of each source of targets; poll/daemon-status.ts has their values. */
export const sourceFamilies = {
  targets: family("poller_targets_from_targets", "gauge", "Targets of the source that can be polled."),
  problems: family(
    "poller_targets_from_problems",
    "gauge",
    "Files, responses and targets of the source that have an error now."
  ),
  lastSuccess: family(
    "poller_targets_from_last_success_timestamp_seconds",
    "gauge",
    "When the source was last read without an error."
  )
} as const satisfies Record<string, Family>

/** Prefixes of metrics about the process. `process_` and `nodejs_` are those of prom-client. */
const reservedPrefixes = ["poller_", "process_", "nodejs_"]

/** For a counter also the name without `_total`: in OpenMetrics it is the name of the family. */
const reservedNames = new Set(
  Object.values(targetFamilies).flatMap(({ name, type }) =>
    type === "counter" ? [name, name.replace(/_total$/, "")] : [name]
  )
)

/**
 * Series that Prometheus itself writes for each scrape
 * (https://prometheus.io/docs/concepts/jobs_instances/#automatically-generated-labels-and-time-series) and for each
 * alert. A scraped series with such a name is lost.
 */
const prometheusNames = new Set([
  "up",
  "scrape_duration_seconds",
  "scrape_samples_post_metric_relabeling",
  "scrape_samples_scraped",
  "scrape_series_added",
  "scrape_timeout_seconds",
  "scrape_sample_limit",
  "scrape_body_size_bytes",
  "ALERTS",
  "ALERTS_FOR_STATE"
])

/** Why a metric of a mapping must not have this name; undefined if it may. */
export const whyReserved = (name: string): string | undefined => {
  const prefix = reservedPrefixes.find((prefix) => name.startsWith(prefix))
  if (prefix !== undefined)
    return `names that start with ${prefix} are reserved for poller's own metrics: put the name of the API in front, as in api_${name}`
  if (prometheusNames.has(name))
    return `Prometheus itself writes ${name}: use another name, such as one that starts with the name of the API`
  return reservedNames.has(name) ? "one of poller's own metrics has this name" : undefined
}
