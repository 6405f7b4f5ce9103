import { expect, test } from "vitest"
import { nameOfSource } from "../../src/init/source-name.ts"

test.each([
  ["https://api.github.com/rate_limit", "github_rate_limit"],
  ["http://localhost:9200/_cluster/health", "cluster_health"],
  ["http://127.0.0.1:15672/api/queues", "queues"],
  ["http://[::1]:8080/stats", "stats"],
  ["https://api.open-meteo.com/v1/forecast?latitude=52.52", "open_meteo_forecast"],
  ["https://shop.example.co.uk/health.json", "example_health"],
  ["https://shop.internal/", "shop"],
  ["http://localhost/", "api"],
  ["http://localhost/%ff", "api"]
])("the name from the URL %s is %s", (url, name) => {
  expect(nameOfSource(new URL(url))).toBe(name)
})

test.each([
  ["answers/rabbitmq-queues.json", "rabbitmq_queues"],
  ["answer", "answer"],
  ["....json", "api"]
])("the name from the file %s is %s", (file, name) => {
  expect(nameOfSource(file)).toBe(name)
})
