// A small daemon in plain Node with prom-client: a timer, node:http, a gauge for each metric.
const http = require("node:http")
const { promisify } = require("node:util")
const zlib = require("node:zlib")
const { Counter, collectDefaultMetrics, Gauge, register } = require("prom-client")

const [port, target, interval] = process.argv.slice(2)

collectDefaultMetrics()
const labelNames = ["node", "region"]
const cpu = new Gauge({ name: "bench_cpu_usage_ratio", help: "CPU in use.", labelNames })
const queue = new Gauge({ name: "bench_queue_depth", help: "Jobs that wait.", labelNames })
const errors = new Counter({ name: "poll_errors_total", help: "Failed polls." })
const agent = new http.Agent({ keepAlive: true })
const gzip = promisify(zlib.gzip)

const poll = () => {
  const failed = (error) => {
    errors.inc()
    console.error(error.message)
  }
  http
    .get(target, { agent, timeout: 10_000 }, async (response) => {
      try {
        const { items } = JSON.parse(Buffer.concat(await response.toArray()).toString())
        for (const { id, region, cpu: used, queue: depth } of items) {
          cpu.set({ node: id, region }, used)
          queue.set({ node: id, region }, depth)
        }
      } catch (error) {
        failed(error)
      }
    })
    .on("error", failed)
}

http
  .createServer(async (request, response) => {
    if (request.url === "/healthz") return response.end("ok\n")
    const page = await register.metrics()
    response.setHeader("content-type", register.contentType)
    if (!request.headers["accept-encoding"]?.includes("gzip")) return response.end(page)
    response.setHeader("content-encoding", "gzip")
    response.end(await gzip(page))
  })
  .listen(Number(port), "127.0.0.1")
poll()
setInterval(poll, Number(interval))
