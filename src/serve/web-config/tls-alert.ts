import { createCipheriv, createHmac } from "node:crypto"
import type { Server } from "node:https"
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"

/** Descriptions of fatal alerts (RFC 8446, section 6.2). */
export const alerts = { badCertificate: 42, unknownCa: 48, certificateRequired: 116 } as const
export type Alert = (typeof alerts)[keyof typeof alerts]

/** The cipher suites of TLS 1.3, with Node's names of their ciphers and hashes. */
const suites = {
  TLS_AES_128_GCM_SHA256: { cipher: "aes-128-gcm", keyLength: 16, hash: "sha256" },
  TLS_AES_256_GCM_SHA384: { cipher: "aes-256-gcm", keyLength: 32, hash: "sha384" },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: "chacha20-poly1305", keyLength: 32, hash: "sha256" }
} as const

const isSuite = (name: string): name is keyof typeof suites => Object.hasOwn(suites, name)

/** HKDF-Expand-Label without a context, for at most one block (RFC 8446, section 7.1, and RFC 5869, section 2.3). */
const expandLabel = (hash: string, secret: Buffer, label: string, length: number): Buffer => {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}

const tagLength = 16

/** Records that OpenSSL sends between the handshake and the first data: two session tickets. */
const ticketRecords = 2

/** An encrypted record with a fatal alert (RFC 8446, sections 5.2 and 6). */
const alertRecord = (suite: keyof typeof suites, secret: Buffer, alert: Alert): Buffer => {
  const { cipher, keyLength, hash } = suites[suite]
  const nonce = expandLabel(hash, secret, "iv", 12)
  nonce[11] = (nonce[11] ?? 0) ^ ticketRecords
  const plain = Buffer.from([2, alert, 21])
  const header = Buffer.from([23, 3, 3, 0, plain.length + tagLength])
  // the types of the three ciphers differ, their use does not
  const encryption = createCipheriv(cipher as "aes-128-gcm", expandLabel(hash, secret, "key", keyLength), nonce, {
    authTagLength: tagLength
  })
  encryption.setAAD(header, { plaintextLength: plain.length })
  return Buffer.concat([header, encryption.update(plain), encryption.final(), encryption.getAuthTag()])
}

/** Identifies a TCP connection and the TLS connection on it: both have the same peer. */
const peer = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`

/**
 * Ends TLS connections with an alert, so that a client learns why. Node accepts every client certificate during the
 * handshake and has no function to send an alert later. With TLS 1.3 the keys come from the `keylog` event. With older
 * versions the connection is closed without an alert.
 */
export class AlertSender {
  readonly #connections = new Map<string, Socket>()
  readonly #secrets = new WeakMap<TLSSocket, Buffer>()

  /** Call before the server listens. */
  watch(server: Server): void {
    server.prependListener("connection", (socket: Socket) => {
      const key = peer(socket)
      this.#connections.set(key, socket)
      socket.once("close", () => {
        if (this.#connections.get(key) === socket) this.#connections.delete(key)
      })
    })
    server.on("keylog", (line: Buffer, socket: TLSSocket) => {
      const [, secret] = /^SERVER_TRAFFIC_SECRET_0 [0-9a-f]+ ([0-9a-f]+)/.exec(line.toString("latin1")) ?? []
      if (secret !== undefined) this.#secrets.set(socket, Buffer.from(secret, "hex"))
    })
  }

  /** Call when a connection is accepted. */
  forget(socket: TLSSocket): void {
    this.#secrets.delete(socket)
  }

  /** Sends an alert, if it can, and closes the connection. */
  end(socket: TLSSocket, alert: Alert): void {
    const connection = this.#connections.get(peer(socket))
    const secret = this.#secrets.get(socket)
    const suite = socket.getCipher().standardName
    if (connection === undefined || secret === undefined || !isSuite(suite) || socket.isSessionReused())
      return void socket.destroy()
    const record = alertRecord(suite, secret, alert)
    // the session tickets are sent first
    setImmediate(() => {
      if (socket.destroyed) return
      connection.write(record, () => socket.destroy())
    })
  }
}
