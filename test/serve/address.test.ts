import { expect, test } from "vitest"
import { parseAddress, showAddress } from "../../src/serve/address.ts"

test.each([
  [":9180", { host: undefined, port: 9180 }],
  ["127.0.0.1:9180", { host: "127.0.0.1", port: 9180 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["[::1]:9180", { host: "::1", port: 9180 }]
])("%s is an address, and printed as it was written", (text, address) => {
  expect(parseAddress(text)).toEqual(address)
  expect(showAddress(address)).toBe(text)
})

test.each(["", "9180", "::1:9180", "localhost", "localhost:", "host:65536", "host:-1", "http://host:80", "a b:80"])(
  "%j is not an address",
  (text) => {
    expect(parseAddress(text)).toBeUndefined()
  }
)
