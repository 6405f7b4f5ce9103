import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Account, MemoryBudget } from "../../src/client/memory-budget.ts"
import { get } from "../../src/client/request.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { openExchange, resultText, startClient } from "./target-exchange.ts"

const megabyte = 1_000_000

describe("a budget of 10 MB", () => {
  const budget = () => new MemoryBudget(10 * megabyte)
  /** Takes megabytes from an account; the state says whether they were granted. */
  const take = (account: Account, megabytes: number) => {
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

  test("does not count the first megabyte of a body", () => {
    const memory = budget()
    for (let i = 0; i < 100; i++) expect(take(memory.open(), 1).is).toBe("granted")
    expect(take(memory.open(), 11).is).toBe("granted")
  })

  test("makes a body wait until another is released, first come, first served", () => {
    const memory = budget()
    const [one, two, three] = [memory.open(), memory.open(), memory.open()]
    expect(take(one, 8).is).toBe("granted")
    const [second, third] = [take(two, 6), take(three, 5)]
    expect([second.is, third.is]).toEqual(["waiting", "waiting"])
    one.release()
    expect([second.is, third.is]).toEqual(["granted", "granted"])
  })

  test("refuses the last body if all would wait for each other", () => {
    const memory = budget()
    const [one, two] = [memory.open(), memory.open()]
    take(one, 6)
    take(two, 6)
    const first = take(one, 4)
    expect(first.is).toBe("waiting")
    const second = take(two, 4)
    expect([first.is, second.is]).toEqual(["waiting", "refused"])
    two.release()
    expect(first.is).toBe("granted")
  })

  test("refuses a body that is larger than the budget at once", () => {
    expect(take(budget().open(), 12).is).toBe("refused")
  })

  test("is free again after all accounts are released, in any order", () => {
    const memory = budget()
    for (let round = 0; round < 50; round++) {
      const accounts = Array.from({ length: 8 }, () => memory.open())
      for (const account of accounts) take(account, 1 + (round % 4))
      for (const account of round % 2 === 0 ? accounts : accounts.toReversed()) account.release()
      for (const account of accounts) account.release()
    }
    expect(take(memory.open(), 11).is).toBe("granted")
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
  test("come one after the other if there is memory for one", async () => {
    const client = startClient(100, 5 * megabyte)
    const poll = await openExchange(request(path), client)
    const sizes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const result = await poll()
        if (Result.isFailure(result)) return resultText(result)
        if (result.success._tag !== "Fresh") return 304
        result.success.release?.()
        return result.success.body.length
      })
    )
    // two half-read bodies may wait for each other; then one of them is refused
    const whole = sizes.filter((size) => size === 4 * megabyte)
    expect(whole.length).toBeGreaterThan(0)
    for (const size of sizes) {
      if (size === 4 * megabyte) continue
      expect(size).toBe("too_large: concurrent responses need more memory than their limit of 5 MB")
    }
    const again = await poll()
    expect(resultText(again).length).toBe(4 * megabyte)
  })

  test("are refused if there is memory for none", async () => {
    const poll = await openExchange(request(path), startClient(100, 2 * megabyte))
    expect(resultText(await poll())).toBe("too_large: concurrent responses need more memory than their limit of 2 MB")
    expect(resultText(await poll())).toMatch(/^too_large/)
  })
})

test("a poll that times out returns its memory", async () => {
  upstream.also.half = (response) => void response.writeHead(200).write(Buffer.alloc(4 * megabyte, " "))
  const client = startClient(100, 5 * megabyte)
  const half = await openExchange({ ...request("half"), timeout: Duration.millis(300) }, client)
  for (let i = 0; i < 3; i++) expect(resultText(await half())).toMatch(/^timeout/)
  const poll = await openExchange(request("four"), client)
  expect(resultText(await poll()).length).toBe(4 * megabyte)
})
