import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Account, MemoryBudget } from "../../src/client/memory-budget.ts"
import { get } from "../../src/client/request.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { opened, startClient, told } from "./opened.ts"

const megabyte = 1_000_000

describe("a budget of 10 MB", () => {
  const budget = () => new MemoryBudget(10 * megabyte)
  /** What becomes of asking for so many megabytes. */
  const asked = (account: Account, megabytes: number) => {
    const state = { is: "waiting" }
    account.take(
      megabytes * megabyte,
      () => {
        state.is = "granted"
      },
      () => {
        state.is = "refused"
      }
    )
    return state
  }

  test("gives each body its first megabyte free", () => {
    const memory = budget()
    for (let i = 0; i < 100; i++) expect(asked(memory.open(), 1).is).toBe("granted")
    expect(asked(memory.open(), 11).is).toBe("granted")
  })

  test("lets a body wait until another is released, the first first", () => {
    const memory = budget()
    const [one, two, three] = [memory.open(), memory.open(), memory.open()]
    expect(asked(one, 8).is).toBe("granted")
    const [second, third] = [asked(two, 6), asked(three, 5)]
    expect([second.is, third.is]).toEqual(["waiting", "waiting"])
    one.release()
    expect([second.is, third.is]).toEqual(["granted", "granted"])
  })

  test("refuses the last where all wait for each other", () => {
    const memory = budget()
    const [one, two] = [memory.open(), memory.open()]
    asked(one, 6)
    asked(two, 6)
    const first = asked(one, 4)
    expect(first.is).toBe("waiting")
    const second = asked(two, 4)
    expect([first.is, second.is]).toEqual(["waiting", "refused"])
    two.release()
    expect(first.is).toBe("granted")
  })

  test("refuses at once what is more than all of it", () => {
    expect(asked(budget().open(), 12).is).toBe("refused")
  })

  test("is whole again after everybody has left, in whatever order", () => {
    const memory = budget()
    for (let round = 0; round < 50; round++) {
      const accounts = Array.from({ length: 8 }, () => memory.open())
      for (const account of accounts) asked(account, 1 + (round % 4))
      for (const account of round % 2 === 0 ? accounts : accounts.toReversed()) account.release()
      for (const account of accounts) account.release()
    }
    expect(asked(memory.open(), 11).is).toBe("granted")
  })
})

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
  upstream.also.four = (response) => void response.end(Buffer.alloc(4 * megabyte, " "))
  upstream.also.unannounced = (response) => {
    for (let i = 0; i < 40; i++) response.write(Buffer.alloc(megabyte / 10, " "))
    response.end()
  }
})
afterAll(() => upstream[Symbol.asyncDispose]())

const request = (path: string) => get(new URL(`${upstream.url}/${path}`), Duration.seconds(20))

describe.each(["four", "unannounced"])("responses of 4 MB (%s)", (path) => {
  test("come one after the other where there is memory for one", async () => {
    const client = startClient(100, 5 * megabyte)
    const poll = await opened(request(path), client)
    const sizes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const answer = await poll()
        if (Result.isFailure(answer)) return told(answer)
        if (answer.success._tag !== "Fresh") return 304
        answer.success.release?.()
        return answer.success.body.length
      })
    )
    // two that are half read may wait for each other; then one of them is refused, and no more
    const whole = sizes.filter((size) => size === 4 * megabyte)
    expect(whole.length).toBeGreaterThan(0)
    for (const size of sizes) {
      if (size === 4 * megabyte) continue
      expect(size).toBe("too_large: the responses under way take more memory than poller uses for them, 5 MB")
    }
    const again = await poll()
    expect(told(again).length).toBe(4 * megabyte)
  })

  test("are refused where there is memory for none", async () => {
    const poll = await opened(request(path), startClient(100, 2 * megabyte))
    expect(told(await poll())).toBe(
      "too_large: the responses under way take more memory than poller uses for them, 2 MB"
    )
    expect(told(await poll())).toMatch(/^too_large/)
  })
})

test("a poll that is given up leaves nothing behind", async () => {
  upstream.also.half = (response) => void response.writeHead(200).write(Buffer.alloc(4 * megabyte, " "))
  const client = startClient(100, 5 * megabyte)
  const half = await opened({ ...request("half"), timeout: Duration.millis(300) }, client)
  for (let i = 0; i < 3; i++) expect(told(await half())).toMatch(/^timeout/)
  const poll = await opened(request("four"), client)
  expect(told(await poll()).length).toBe(4 * megabyte)
})
