import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { startDaemon } from "./program.ts"
import { type Answer, json, startUpstream } from "./test-upstream.ts"

const executablePath = "/usr/bin/chromium"
const missing = isMissing({
  name: "Chromium",
  probe: [executablePath, "--version"],
  install: "apt-get install chromium brings it"
})

/** Where the screenshots go. Set POLLER_PICTURES to a folder to keep them. */
const pictures = process.env.POLLER_PICTURES ?? temporaryFolder()

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>
}

/** What axe-core finds wrong with a page by WCAG 2.2, levels A and AA. */
const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // the page's own policy forbids scripts; axe runs outside of it
  const found = (await page.evaluate(
    `${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then(({ violations }) => violations)`
  )) as ReadonlyArray<Violation>
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`
  )
}

const queues = (request: { readonly url?: string | undefined }) => ({
  queues: ["orders", "mails"].map((name, index) => ({ name, depth: (request.url?.length ?? 0) + index }))
})

/** Responds by the end of the path: well, down (503), part (a bad row), slow (0.1 s), slower (0.2 s), silent (never) */
const byPath: Answer = (request, response) => {
  const kind = request.url?.split("/").at(-1)
  if (kind === "down") return void response.writeHead(503).end()
  if (kind === "silent") return
  if (kind === "part")
    return json({
      queues: [
        { name: "orders", depth: "many" },
        { name: "mails", depth: 3 }
      ]
    })(request, response)
  const wait = (1 + Math.random()) * (kind === "slow" ? 60 : kind === "slower" ? 150 : 0)
  setTimeout(() => json(queues(request))(request, response), wait)
}

/** What runs until the end of the file. */
const running = new AsyncDisposableStack()

/** Starts a daemon that runs until the end of the file. The value of a target is the end of its path (`byPath`). */
const startPages = async (
  targets: Readonly<Record<string, string>>,
  settings = "interval: 1s, timeout: 1s, stale_after: 1h"
) => {
  const upstream = await startUpstream(byPath)
  running.use(upstream)
  const directory = temporaryFolder()
  const file = join(directory, "poller.yml")
  const each =
    "each: [{ path: 'queues[*]', labels_from: { queue: name }, metrics: { shop_queue_depth: { value: depth, help: Messages that wait. } } }]"
  const entries = Object.entries(targets).map(
    ([name, kind]) =>
      `  - { name: ${JSON.stringify(name)}, url: "${upstream.url}/${kind}", labels: { shop: ${JSON.stringify(name)} }, ${each} }`
  )
  writeFileSync(file, `defaults: { ${settings} }\ntargets:\n${entries.join("\n")}\n`)
  const daemon = await startDaemon(["--config", file])
  running.defer(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const shops = ["billing", "checkout", "inventory", "mail-gateway", "search", "shop"]
const all = (kind: string) => Object.fromEntries(shops.map((name) => [name, kind]))
const nodes = Array.from({ length: 2000 }, (_, n) => [`node-${n}.example.com`, n % 400 === 7 ? "down" : "well"])

/** The daemons of all tests start together: each takes seconds until it has polled often enough. */
const startAll = async () => {
  const [up, one, down, slow, first, many] = await Promise.all([
    startPages(all("well")),
    startPages({ shop: "well" }),
    startPages({ ...all("well"), payments: "down", partners: "well", stock: "part" }),
    startPages({ ...all("well"), warehouse: "slower" }, "interval: 250ms, timeout: 250ms, stale_after: 1h"),
    startPages(all("silent"), "interval: 1h, timeout: 1h"),
    startPages(Object.fromEntries(nodes), "interval: 10s, timeout: 9s")
  ])
  return { up, one, down, slow, first, many }
}

describe.skipIf(missing)("the pages in a browser", () => {
  let browser: Browser
  let daemons: Awaited<ReturnType<typeof startAll>>
  beforeAll(async () => {
    daemons = await startAll()
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
    await running.disposeAsync()
  })

  /** Opens a page, fails on anything that the browser complains of, and takes a screenshot. */
  const visit = async (
    url: string,
    picture: string,
    options: { dark?: boolean; phone?: boolean } = {}
  ): Promise<Page> => {
    const page = await browser.newPage({
      viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
      colorScheme: options.dark ? "dark" : "light"
    })
    onTestFinished(() => page.close())
    const complaints: Array<string> = []
    // the browser logs the 404 of the page itself
    const notFound = /^Failed to load resource: the server responded with a status of 404/
    page.on("console", (message) => notFound.test(message.text()) || complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`))
    await page.goto(url)
    await page.screenshot({ path: join(pictures, `${picture}.png`) })
    expect(complaints).toEqual([])
    // no sideways scrolling, however narrow
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    expect(await violations(page)).toEqual([])
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

  const heading = (page: Page) => page.locator("h1").textContent()
  const names = (page: Page) => page.locator("td.name a").allTextContents()

  test("all up", async () => {
    const daemon = daemons.up
    await settled(daemon.url, 15)
    const page = await visit(daemon.url, "up")
    expect(await heading(page)).toBe("All 6 targets are up")
    await visit(daemon.url, "up-phone", { phone: true })
    const { one } = daemons
    await settled(one.url, 3)
    expect(await heading(await visit(one.url, "one"))).toBe("The one target is up")
    await visit(`${one.url}/targets/shop`, "target-up", { dark: true })
  })

  test("some down: the causes below the sentence, down targets first, and a click leads to the target's page", async () => {
    const daemon = daemons.down
    await settled(daemon.url, 15)
    const page = await visit(daemon.url, "down")
    expect(await heading(page)).toBe("1 of 9 targets is down, 1 drops samples")
    expect(await page.locator(".causes").textContent()).toMatch(/^1 × status 503 at 127\.0\.0\.1:\d+$/)
    expect((await names(page)).slice(0, 2)).toEqual(["payments", "stock"])
    expect(await page.locator("tbody tr").first().textContent()).toMatch(
      /down\s*payments\s*status 503\s*down since \d\d:\d\d:\d\d UTC \([\d.]+ s\)/
    )
    await visit(daemon.url, "down-dark", { dark: true })
    const phone = await visit(daemon.url, "down-phone", { phone: true })
    const bottoms = "[...document.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect().bottom)"
    const rows: ReadonlyArray<number> = await phone.evaluate(bottoms)
    expect(rows.filter((bottom) => bottom <= 844).length).toBeGreaterThanOrEqual(4)
    await page.getByRole("link", { name: "payments" }).click()
    expect(await heading(page)).toBe("down payments")
    for (const [picture, options] of [
      ["target-down", {}],
      ["target-down-dark", { dark: true }],
      ["target-down-phone", { phone: true }]
    ] as const)
      await visit(page.url(), picture, options)
    const folded = await page.locator("h2:has-text('Last polls') + table tbody tr").allTextContents()
    expect(folded).toHaveLength(1)
    expect(folded[0]).toMatch(/failed10 × status 503/)
    await page.getByRole("link", { name: "all targets" }).click()
    await page.getByRole("link", { name: "stock" }).click()
    expect(await page.getByText('"many"').count()).toBe(1)
    await visit(page.url(), "target-partial")
  }, 90_000)

  test("a slow target: its durations are visible, with gaps for skipped ticks", async () => {
    const daemon = daemons.slow
    await settled(daemon.url, 12)
    const page = await visit(`${daemon.url}/targets/warehouse`, "slow")
    expect(await page.getByRole("img").getAttribute("aria-label")).toMatch(
      /the last \d+ polls: .*, the slowest good one took \d+ ms; timeout 250 ms/
    )
    expect(await page.locator("figcaption").textContent()).toMatch(/max \d+ ms, timeout 250 ms \(dashed\)/)
    expect(await page.locator(".axis span").allTextContents()).toHaveLength(2)
    expect(await page.locator("pre").last().textContent()).toContain(
      'shop_queue_depth{queue="orders",shop="warehouse"}'
    )
  })

  test("the first start: nothing was polled yet, and no target is down", async () => {
    const daemon = daemons.first
    const page = await visit(daemon.url, "first")
    expect(await heading(page)).toBe("0 of 6 targets polled so far")
    expect(await page.locator(".causes").count()).toBe(0)
  })

  test("2,000 targets: open in under a second, a hundred at a time; search, filter and group by keyboard", async () => {
    const daemon = daemons.many
    await settled(daemon.url, 0)
    const page = await visit(daemon.url, "many")
    const times = []
    for (let turn = 0; turn < 3; turn++) {
      await page.reload()
      times.push(Number(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")))
    }
    // the fastest: the machine may have other work
    expect(Math.min(...times)).toBeLessThan(1000)
    expect(await heading(page)).toBe("5 of 2,000 targets are down")
    expect(await page.locator("tbody tr").count()).toBe(100)
    expect((await names(page)).slice(5, 9)).toEqual([0, 1, 2, 3].map((n) => `node-${n}.example.com`))
    await page.getByLabel("State").selectOption("down")
    await page.getByRole("button", { name: "Show" }).press("Enter")
    expect(await page.locator("tbody tr").count()).toBe(5)
    await page.screenshot({ path: join(pictures, "many-down.png") })
    await page.getByRole("link", { name: "show all" }).click()
    await page.getByRole("searchbox").fill("node-19")
    await page.getByRole("searchbox").press("Enter")
    expect(await page.locator("tbody tr").count()).toBe(100)
    expect(await page.getByRole("status").textContent()).toBe("111 targets of 2,000 shown")
    await page.getByRole("link", { name: "next" }).click()
    expect(await page.locator("tbody tr").count()).toBe(11)
    const grouped = await visit(`${daemon.url}/?group=host`, "grouped")
    expect(await grouped.locator("caption").textContent()).toMatch(/^127\.0\.0\.1:\d+: 5 of 2,000 targets are down$/)
    await visit(`${daemon.url}/?group=mapping`, "grouped-dark-phone", { dark: true, phone: true })
  }, 90_000)

  test("an unknown target and an unknown page have a way back", async () => {
    const daemon = daemons.one
    for (const path of ["/targets/nope", "/nope"]) {
      expect((await fetch(daemon.url + path, { headers: { accept: "text/html" } })).status).toBe(404)
      const page = await visit(daemon.url + path, "not-found", { dark: path === "/nope" })
      await page.getByRole("link", { name: "To the list of targets" }).click()
      expect(await heading(page)).toMatch(/target/)
    }
    expect(await (await fetch(`${daemon.url}/nope`)).text()).toBe("not found\n")
  })

  test("the page reloads itself by a header, until it is told not to", async () => {
    const daemon = daemons.one
    expect((await fetch(daemon.url)).headers.get("refresh")).toBe("15")
    expect((await fetch(`${daemon.url}/?refresh=off`)).headers.get("refresh")).toBeNull()
    const page = await visit(daemon.url, "reload")
    await page.getByRole("link", { name: "stop" }).click()
    expect(page.url()).toContain("refresh=off")
    expect((await fetch(page.url())).headers.get("refresh")).toBeNull()
  })

  test("a name that looks like markup is escaped", async () => {
    const name = "<script>alert(1)</script>"
    const daemon = await startPages({ [name]: "well" })
    await settled(daemon.url, 0)
    const page = await visit(daemon.url, "hostile")
    await page.getByRole("link", { name }).click()
    expect(await heading(page)).toBe(`up ${name}`)
    expect(await page.locator("script").count()).toBe(0)
  })
})
