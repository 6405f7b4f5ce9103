// The daemon that one would write in plain Node: a timer for each target, node:http, JSON.parse, strings, one server.
const http = require("node:http")

const [port, url, interval, targets] = process.argv.slice(2)
const agent = new http.Agent({ keepAlive: true })
/** The sample lines of each target, by metric. */
const lines = { bench_cpu_usage_ratio: [], bench_queue_depth: [] }
const help = { bench_cpu_usage_ratio: "CPU in use.", bench_queue_depth: "Jobs that wait." }
let errors = 0

const poll = (index) => {
  const failed = (error) => {
    errors++
    console.error(error.message)
  }
  http
    .get(`${url}/${index}`, { agent, timeout: 10_000 }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => {
        try {
          let cpu = ""
          let queue = ""
          for (const item of JSON.parse(text).items) {
            const labels = `{node="${item.id}",region="${item.region}",site="s${index}"}`
            cpu += `bench_cpu_usage_ratio${labels} ${item.cpu}\n`
            queue += `bench_queue_depth${labels} ${item.queue}\n`
          }
          lines.bench_cpu_usage_ratio[index] = cpu
          lines.bench_queue_depth[index] = queue
        } catch (error) {
          failed(error)
        }
      })
    })
    .on("error", failed)
}

const page = () => {
  const families = Object.entries(lines).map(
    ([name, texts]) => `# HELP ${name} ${help[name]}\n# TYPE ${name} gauge\n${texts.join("")}`
  )
  return `${families.join("")}# TYPE poll_errors_total counter\npoll_errors_total ${errors}\n`
}

http
  .createServer((request, response) => {
    if (request.url === "/healthz") return response.end("ok\n")
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
    response.end(page())
  })
  .listen(Number(port), "127.0.0.1")

for (let index = 0; index < Number(targets); index++) {
  setTimeout(
    () => {
      poll(index)
      setInterval(poll, Number(interval), index)
    },
    (index * Number(interval)) / Number(targets)
  )
}
