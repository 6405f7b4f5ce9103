/** The configuration of the demo for the API at `url`. It is also an example for users. */
export const demoConfiguration = (url: string) => `
defaults: { interval: 3s, timeout: 2s }
targets:
  - name: broker
    url: ${url}/queues
    metrics:
      demo_broker_uptime_seconds: { value: uptime_ms, unit: ms, help: Time since the broker started. }
      demo_broker_build_info: { type: info, labels_from: { version: version }, help: Build of the broker. }
    each:
      - path: queues[*]
        labels_from: { queue: name }
        metrics:
          demo_queue_depth: { value: depth, help: Waiting messages. }
          demo_queue_oldest_message_age_seconds: { value: oldest_ms, unit: ms, help: Age of the oldest message. }
          demo_queue_consumers: { value: consumers, help: Attached consumers. }
          demo_queue_published_total: { value: published_total, type: counter, help: Published messages. }
          demo_queue_state: { value: state, type: stateset, states: [running, backlogged], help: State of the queue. }
  - name: workers
    url: ${url}/workers
    each:
      - path: workers[*]
        labels_from: { worker: id }
        metrics:
          demo_worker_busy: { value: busy, help: 1 if the worker has a job. }
          demo_worker_cpu_usage_ratio: { value: cpu_pct, unit: percent, help: CPU in use. }
          demo_worker_last_seen_timestamp_seconds: { value: last_seen, parse: rfc3339, help: Last report of the worker. }
`
