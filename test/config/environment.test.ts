import { expect, test } from "vitest"
import { expand } from "../../src/config/environment.ts"

const environment = { HOST: "api.example.com", EMPTY: "", TRICK: "${HOST}\nname: x" }

test.each([
  ["https://${HOST}/v1", "https://api.example.com/v1"],
  ["${HOST}${HOST}", "api.example.comapi.example.com"],
  ["<${EMPTY}>", "<>"],
  ["$HOST $ {HOST} 5$", "$HOST $ {HOST} 5$"],
  ["$${HOST}", "${HOST}"],
  ["$${ and $${HOST", "${ and ${HOST"],
  ["${TRICK}", "${HOST}\nname: x"]
])("%j becomes %j", (text, expected) => {
  expect(expand({ list: [text, 1, null, true] }, environment)).toEqual({
    value: { list: [expected, 1, null, true] },
    unset: []
  })
})

test.each([
  ["${NOPE}", "the environment variable NOPE is not set"],
  ["${}", "${} is not a variable: write ${NAME}, or $${ for a literal ${"],
  ["${HOST:-x}", "${HOST:-x} is not a variable: write ${NAME}, or $${ for a literal ${"],
  ["${HOST hunter2", "${ is not a variable: write ${NAME}, or $${ for a literal ${"],
  ["${toString}", "the environment variable toString is not set"]
])("%j is a problem", (text, message) => {
  expect(expand({ a: [text] }, environment).unset).toEqual([{ path: ["a", 0], message }])
})

test("in the URL of get, ${id} was probably meant as a value of the row", () => {
  const { unset } = expand({ get: { url: "/nodes/${id}" } }, environment)
  expect(unset.map(({ message }) => message)).toEqual([
    "the environment variable id is not set; a value of the row is {id}"
  ])
})
