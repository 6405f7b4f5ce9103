import * as fc from "fast-check"
import { expect, test } from "vitest"
import { describeMember, memberOf } from "../../src/cluster/member-state.ts"

const rowOf = (state: string) => ({ address: "a:1", session: "s", age: 10, state, locked: [] })
const view = { now: 1000, isAlive: true, isSelf: false }

test("a row has the state that a member wrote", () => {
  const state = { url: "http://a:1", version: "1.0.0", configuration: "beef", started: 5, targets: 2 }
  const member = memberOf(
    rowOf(
      JSON.stringify({
        ...state,
        shards: [
          [3, 7, 1],
          [4, 8, 0]
        ]
      })
    )
  )
  expect(describeMember(member, view)).toEqual({
    ...state,
    address: "a:1",
    isAlive: true,
    isSelf: false,
    lastSeen: 990
  })
  expect([...member.since]).toEqual([
    [3, 7],
    [4, 8]
  ])
  expect([...member.polled]).toEqual([3])
})

test("no row can break a page: a link is an http URL, and a time is a valid date", () => {
  const keys = fc.constantFrom("url", "version", "configuration", "started", "targets", "shards")
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("javascript:alert(1)", -1, 1e300, [[1, 2, 3]], [[1e300, -1, 1]])
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.dictionary(keys, value).map((state) => JSON.stringify(state))
      ),
      (state) => {
        const member = memberOf(rowOf(state))
        const { url, version, configuration, started, targets } = describeMember(member, view)
        expect(url === "" || /^https?:\/\//.test(url)).toBe(true)
        for (const text of [version, configuration]) expect(typeof text).toBe("string")
        for (const time of [started, targets, ...member.since.values()])
          expect(() => new Date(time).toISOString()).not.toThrow()
      }
    ),
    { numRuns: 200 }
  )
})
