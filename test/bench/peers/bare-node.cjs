// Bare node:http that serves finished bytes: the lower limit of any daemon on Node.
const { readFileSync } = require("node:fs")
const http = require("node:http")

const [port, plainFile, gzipFile] = process.argv.slice(2)
const plain = plainFile ? readFileSync(plainFile) : Buffer.from("up 1\n")
const zipped = gzipFile ? readFileSync(gzipFile) : plain

const server = http.createServer((request, response) => {
  if (request.url === "/healthz") return response.end("ok\n")
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
  if (!request.headers["accept-encoding"]?.includes("gzip")) return response.end(plain)
  response.setHeader("content-encoding", "gzip")
  response.end(zipped)
})
// scrapes are up to 15 seconds apart
server.keepAliveTimeout = 60_000
server.listen(Number(port), "127.0.0.1")
