import { once } from "node:events"
import { readFileSync } from "node:fs"
import type { RequestListener } from "node:http"
import { createServer } from "node:https"
import { hashSync } from "bcryptjs"
import { describe, expect, onTestFinished } from "vitest"
import { makeAuthority } from "../../client/certificates.ts"
import { blocksFor, textOf } from "../../command-blocks.ts"
import { onInstalled } from "./fixtures.ts"
import type { Machine } from "./machine.ts"

/*
 * The commands of the documentation, as a user types them, on a machine with the package of poller.
 * https://shop.example.com is a server of this test, which the machine trusts.
 */

const shop = {
  queue: { depth: 7 },
  queues: [{ name: "mail", depth: 7, oldest_ms: 1500 }],
  uptime_ms: 123_000,
  tills: [{ id: 1, open: true }]
}

const answer: RequestListener = (_, response) => void response.end(JSON.stringify(shop))

/** Serves the shop on ports of the machine until the test ends. */
const openShop = async (machine: Machine) => {
  const authority = makeAuthority()
  machine.write("/root/ca.pem", readFileSync(authority.caFile, "utf8"))
  machine.write("/etc/hosts", "127.0.0.1 localhost shop.example.com\n")
  const server = createServer(authority.sign("DNS:shop.example.com"), answer).listen(443, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
}

/** A block of YAML of a page that begins with these words. */
const yamlOf = (page: string, begin: string) =>
  [...textOf(page).matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, text = ""]) => text)
    .find((text) => text.startsWith(begin)) ?? ""

const configuration = `targets:
  - name: shop
    url: https://shop.example.com/health
    metrics:
      shop_queue_depth: { value: queue.depth, help: Messages that wait. }
`

interface Scenario {
  /** Files in the folder where the commands of the page run, or elsewhere by an absolute path. */
  readonly files?: Readonly<Record<string, string>>
  /** Commands to run first. */
  readonly before?: string
  /** What the commands print, one after the other. */
  readonly prints: ReadonlyArray<string>
}

const modules = `modules:
  default:
    metrics: [{ name: shop_queue, path: "{.queue.depth}", valuetype: gauge, help: Messages that wait. }]
`

const prometheus = `scrape_configs:
  - job_name: json
    metrics_path: /probe
    params: { module: [default] }
    static_configs: [{ targets: ["https://shop.example.com/health"] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "exporter:7979" }
`

const telegraf = `[[inputs.http]]
  urls = ["https://shop.example.com/health"]
  data_format = "json_v2"
  name_override = "shop"
  [[inputs.http.json_v2]]
    [[inputs.http.json_v2.field]]
      path = "queue.depth"
      rename = "depth"
`

const service = (names: ReadonlyArray<string>) =>
  `targets:\n${names.map((name) => `  - { name: ${name}, url: https://shop.example.com/${name}, metrics: { shop_queue_depth: { value: queue.depth, help: Messages that wait. } }, labels: { of: ${name} } }\n`).join("")}`

/** The service with its credentials, and the shop as an authority that it trusts. */
const running = `
  mkdir -p /etc/systemd/system/poller.service.d
  cat >/etc/systemd/system/poller.service.d/test.conf <<END
[Service]
Environment=NODE_EXTRA_CA_CERTS=/etc/poller/ca.pem
LoadCredential=shop-token:/root/ca.pem
END
  cp /root/ca.pem /etc/poller
  systemctl daemon-reload
  systemctl restart poller
`

const scenarios: Readonly<Record<string, Scenario>> = {
  "README.md": {
    before: "systemctl stop poller",
    prints: ["1 target, no problems", "health_queue_depth 7", 'poll_up{target="']
  },
  "docs/alerts.md": {
    files: { "/etc/poller/poller.yml": service(["NAME", "other"]), "RESPONSE.json": '{"queue":{"depth":8}}' },
    before: running,
    prints: [
      "NAME",
      "Active: active (running)",
      "ok",
      'shop_queue_depth{of="NAME"} 7',
      'shop_queue_depth{of="NAME"} 8',
      "no problems"
    ]
  },
  "docs/configuration.md": {
    files: {
      "poller.yml": yamlOf("docs/configuration.md", "defaults: { interval: 1m }"),
      "answer.json": JSON.stringify({ ...shop, queue: { depth: 8 } }),
      "teams/crew.yml": configuration.replaceAll("shop_queue", "crew_queue").replace("name: shop", "name: crew")
    },
    prints: [
      "1 target, no problems",
      "shop_queue_depth 7",
      "shop_queue_depth 8",
      "Written by poller init",
      "2 targets, no problems"
    ]
  },
  "docs/init.md": {
    files: {
      "appliances.yml": "targets: [{ name: array, url: https://shop.example.com/array }]\n",
      "shop-token": "s3cret\n",
      "shop-password": "s3cret\n",
      "shop-key": "s3cret\n"
    },
    prints: [
      "# Written by poller init from 3 responses",
      "bearer_token_file: shop-token",
      "password_file: shop-password",
      "X-Api-Key: shop-key",
      "1 test"
    ]
  },
  "docs/migrating.md": {
    files: { "json_exporter.yml": modules, "prometheus.yml": prometheus, "telegraf.conf": telegraf },
    prints: ["no problems", "no problems"]
  },
  "docs/pages.md": {
    files: {
      "/etc/poller/poller.yml": service(["NAME", "other"]),
      "other.yml": service(["other"]),
      "web.yml": `tls_server_config: { cert_file: web.pem, key_file: web.key }\nbasic_auth_users: { prometheus: "${hashSync("s3cret", 4)}" }\n`,
      password: "s3cret\n"
    },
    before: `${running}
      openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout web.key -out web.pem 2>/dev/null
      for flags in "--addr 127.0.0.1:9181" "--addr 127.0.0.1:9443 --web-config $PWD/web.yml"; do
        systemd-run --quiet --property Type=notify --property NotifyAccess=all poller run --config $PWD/other.yml $flags
      done`,
    prints: ["NAME", "other", "NAME"]
  },
  "docs/testing.md": {
    files: {
      "poller.yml": `${configuration}      shop_cpu_ratio: { value: cpu, help: CPU in use. }\n`,
      "poller.test.yml": yamlOf("docs/testing.md", "# poller.test.yml"),
      "answers/README": ""
    },
    prints: ["1 test"]
  }
}

/** Waits after the start of a daemon in the background, which is up before a person has typed the next command. */
const atTypingSpeed = (commands: string) =>
  commands.replaceAll(
    /&(?=[ \t]*(?:#.*)?$)/gm,
    "& timeout 30 sh -c 'until curl --silent --fail --output /dev/null http://127.0.0.1:9180/healthz; do sleep 0.05; done'"
  )

const byPage = Map.groupBy(blocksFor("test/system/systemd/documented-commands.test.ts"), ({ page }) => page)

describe.each([...byPage])("%s", (page, blocks) => {
  onInstalled("every command works, one after the other", async ({ machine }) => {
    const { files = {}, before = "", prints } = scenarios[page] ?? { prints: [] }
    await openShop(machine)
    const folder = `/root/${page}`
    await machine.must("mkdir", "--parents", folder)
    for (const [file, text] of Object.entries(files))
      machine.write(file.startsWith("/") ? file : `${folder}/${file}`, text)
    const type = async (commands: string) => {
      const trusting = ["NODE_EXTRA_CA_CERTS=/root/ca.pem", "CURL_CA_BUNDLE=/root/ca.pem"]
      const script = `cd ${folder}; trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n${atTypingSpeed(commands)}`
      return machine.run("env", ...trusting, "bash", "--norc", "-eu", "-o", "pipefail", "-c", script)
    }
    expect(await type(before)).toEqual({ code: 0, stdout: "", stderr: "" })
    let printed = ""
    for (const { line, commands } of blocks) {
      const { code, stdout, stderr } = await type(commands)
      expect(code, `${page}:${line}\n${commands}\n${stdout}${stderr}`).toBe(0)
      printed += stdout
    }
    for (const text of prints) {
      expect(printed).toContain(text)
      printed = printed.slice(printed.indexOf(text) + text.length)
    }
  })
})
