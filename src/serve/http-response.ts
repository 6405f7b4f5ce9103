/** A finished response. The parts of its body follow each other and may be shared with other responses. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadonlyArray<Uint8Array>
}

export const makeResponse = (
  body: ReadonlyArray<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  status = 200
): HttpResponse => ({
  status,
  headers: {
    ...headers,
    "content-length": String(body.reduce((size, { length }) => size + length, 0)),
    "x-content-type-options": "nosniff"
  },
  body
})

export const text = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): HttpResponse =>
  makeResponse([Buffer.from(body)], { "content-type": "text/plain; charset=utf-8", ...headers }, status)
