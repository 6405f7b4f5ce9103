/** The configuration of collectd that exposes two series of each row: curl_json cannot take labels from a row. */
export const collectdConfig = (task: {
  readonly url: string
  readonly interval: number
  readonly rows: number
  readonly targets: number
  readonly port: number
  readonly folder: string
}): string => {
  const keys = Array.from({ length: task.rows }, (_, row) =>
    ["cpu", "queue"].map((name) => `<Key "items/${row}/${name}">\nType "gauge"\nInstance "${row}-${name}"\n</Key>`)
  ).flat()
  const urls = Array.from(
    { length: task.targets },
    (_, target) => `<URL "${task.url}/${target}">\nInstance "s${target}"\n${keys.join("\n")}\n</URL>`
  )
  return [
    'Hostname "bench"',
    `BaseDir "${task.folder}"`,
    `PIDFile "${task.folder}/collectd.pid"`,
    'TypesDB "/usr/share/collectd/types.db"',
    `Interval ${task.interval / 1000}`,
    "LoadPlugin curl_json",
    "LoadPlugin write_prometheus",
    `<Plugin curl_json>\n${urls.join("\n")}\n</Plugin>`,
    `<Plugin write_prometheus>\nHost "127.0.0.1"\nPort "${task.port}"\n</Plugin>`,
    ""
  ].join("\n")
}
