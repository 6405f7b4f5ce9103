import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { isMissing } from "./counterpart.ts"
import { startDaemon } from "./program.ts"
import { type Answer, json, startUpstream } from "./test-upstream.ts"

const executablePath = "/usr/bin/chromium"
const missing = isMissing({
  name: "Chromium",
  probe: [executablePath, "--version"],
  install: "apt-get install chromium brings it"
})

/** Where the pictures go, to be looked at. */
const pictures = process.env.POLLER_PICTURES ?? mkdtempSync(join(tmpdir(), "poller-pictures-"))

const queues = (request: { readonly url?: string | undefined }) => ({
  queues: ["orders", "mails"].map((name, index) => ({ name, depth: (request.url?.length ?? 0) + index }))
})

/** Answers by the last word of the path: well, down (503), slow and slower (a tenth and two tenths of a second, about), silent (never). */
const byPath: Answer = (request, response) => {
  const kind = request.url?.split("/").at(-1)
  if (kind === "down") return void response.writeHead(503).end()
  if (kind === "silent") return
  const wait = (1 + Math.random()) * (kind === "slow" ? 60 : kind === "slower" ? 150 : 0)
  setTimeout(() => json(queues(request))(request, response), wait)
}

const daemonOf = async (
  targets: Readonly<Record<string, string>>,
  settings = "interval: 300ms, timeout: 290ms, stale_after: 1h"
) => {
  const upstream = await startUpstream(byPath)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const directory = mkdtempSync(join(tmpdir(), "poller-pages-"))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, "poller.yml")
  const each =
    "each: [{ path: 'queues[*]', labels_from: { queue: name }, metrics: { shop_queue_depth: { value: depth, help: Messages that wait. } } }]"
  const entries = Object.entries(targets).map(
    ([name, kind]) =>
      `  - { name: ${JSON.stringify(name)}, url: "${upstream.url}/${kind}", labels: { shop: ${JSON.stringify(name)} }, ${each} }`
  )
  writeFileSync(file, `defaults: { ${settings} }\ntargets:\n${entries.join("\n")}\n`)
  const daemon = await startDaemon(["--config", file])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const names = ["billing", "checkout", "inventory", "mail-gateway", "search", "shop"]
const all = (kind: string) => Object.fromEntries(names.map((name) => [name, kind]))

describe.skipIf(missing)("the pages in a browser", () => {
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync"
      ]
    })
  })
  afterAll(async () => {
    await browser.close()
    if (process.env.POLLER_PICTURES === undefined) rmSync(pictures, { recursive: true })
  })

  /** Opens a page, fails on anything that the browser complains of, and takes its picture. */
  const visit = async (
    url: string,
    picture: string,
    options: { dark?: boolean; phone?: boolean } = {}
  ): Promise<Page> => {
    const page = await browser.newPage({
      viewport: options.phone ? { width: 390, height: 844 } : { width: 1100, height: 760 },
      colorScheme: options.dark ? "dark" : "light"
    })
    onTestFinished(() => page.close())
    const complaints: Array<string> = []
    page.on("console", (message) => complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`))
    await page.goto(url)
    await page.screenshot({ path: join(pictures, `${picture}.png`) })
    expect(complaints).toEqual([])
    // no sideways scrolling, however narrow
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    return page
  }

  const settled = (url: string, polls: number) =>
    expect
      .poll(
        async () =>
          Math.min(
            ...[...(await (await fetch(`${url}/metrics`)).text()).matchAll(/^polls_total\{.*\} (\d+)$/gm)].map(
              ([, n]) => Number(n)
            )
          ),
        {
          timeout: 20_000
        }
      )
      .toBeGreaterThan(polls)

  test("all well", async () => {
    const daemon = await daemonOf(all("well"))
    await settled(daemon.url, 30)
    const page = await visit(daemon.url, "well")
    expect(await page.locator("h1").textContent()).toBe("All 6 targets are up")
    await visit(daemon.url, "well-phone", { phone: true })
  })

  test("one down: it comes first, with when and why, and a click leads to its page", async () => {
    const daemon = await daemonOf({ ...all("well"), payments: "down", partners: "slow" })
    await settled(daemon.url, 30)
    const page = await visit(daemon.url, "down")
    expect(await page.locator("h1").textContent()).toBe("1 of 8 targets is down")
    expect(await page.locator("tbody tr").first().textContent()).toMatch(/down\s*payments\s*since .* ago: status 503/)
    await visit(daemon.url, "down-dark", { dark: true })
    await visit(daemon.url, "down-phone", { phone: true })
    await page.getByRole("link", { name: "payments" }).click()
    expect(await page.locator("h1").textContent()).toBe("payments")
    await visit(page.url(), "target-down")
    await visit(page.url(), "target-down-phone", { phone: true })
  })

  test("a slow one: its durations are to be seen, with gaps where ticks were skipped", async () => {
    const daemon = await daemonOf(
      { ...all("well"), warehouse: "slower" },
      "interval: 250ms, timeout: 250ms, stale_after: 1h"
    )
    await settled(daemon.url, 12)
    const page = await visit(`${daemon.url}/targets/warehouse`, "slow")
    expect(await page.getByRole("img").getAttribute("aria-label")).toMatch(
      /the last \d+ polls: .*, the slowest good one took \d+ ms/
    )
    expect(await page.locator("pre").textContent()).toContain('shop_queue_depth{queue="orders",shop="warehouse"}')
  })

  test("the first start: nothing was polled yet, and nothing is wrong", async () => {
    const daemon = await daemonOf(all("silent"), "interval: 1h, timeout: 1h")
    const page = await visit(daemon.url, "first")
    expect(await page.locator("h1").textContent()).toBe("0 of 6 targets polled so far")
  })

  test("2,000 targets: open in under a second, a hundred at a time, and only the trouble when asked", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_, n) => [
        `node-${String(n).padStart(4, "0")}.example.com`,
        n % 400 === 7 ? "down" : "well"
      ])
    )
    const daemon = await daemonOf(many, "interval: 10s, timeout: 9s")
    await settled(daemon.url, 0)
    const page = await visit(daemon.url, "many")
    const loaded = await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    expect(loaded).toBeLessThan(1000)
    expect(await page.locator("h1").textContent()).toBe("5 of 2000 targets are down")
    expect(await page.locator("tbody tr").count()).toBe(100)
    await page.getByRole("link", { name: "show only those that are down" }).click()
    expect(await page.locator("tbody tr").count()).toBe(5)
    await page.screenshot({ path: join(pictures, "many-down.png") })
  })

  test("a name that would be markup is a name", async () => {
    const name = "<script>alert(1)</script>"
    const daemon = await daemonOf({ [name]: "well" })
    await settled(daemon.url, 0)
    const page = await visit(daemon.url, "hostile")
    await page.getByRole("link", { name }).click()
    expect(await page.locator("h1").textContent()).toBe(name)
    expect(await page.locator("script").count()).toBe(0)
  })
})
