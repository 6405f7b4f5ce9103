import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isMissing } from "../system/counterpart.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import type { Tls } from "./faulty.ts"

export const noOpenssl: boolean = isMissing({
  name: "openssl",
  probe: ["openssl", "version"],
  install: "apt-get install openssl"
})

/** A certificate authority for a test. */
export interface Authority {
  readonly caFile: string
  /** Signs a certificate for a name such as `IP:127.0.0.1`. `kind` is the argument of openssl's `-newkey`. */
  readonly sign: (
    name: string,
    days?: number,
    kind?: ReadonlyArray<string>
  ) => Tls & { readonly certFile: string; readonly keyFile: string }
}

export const makeAuthority = (): Authority => {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { stdio: "pipe" })
  const curve = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
  const newKey = ["-newkey", ...curve, "-nodes"]
  const [caFile, caKey] = [file("ca.pem"), file("ca.key")]
  openssl("req", "-x509", ...newKey, "-keyout", caKey, "-out", caFile, "-subj", "/CN=test authority", "-days", "1")
  let count = 0
  return {
    caFile,
    sign: (name, days = 1, kind = curve) => {
      const [keyFile, request, extensions, certFile] = ["key", "csr", "ext", "pem"].map((end) =>
        file(`${count}.${end}`)
      )
      if (!keyFile || !request || !extensions || !certFile) throw new Error("unreachable")
      count++
      writeFileSync(extensions, `subjectAltName=${name}`)
      openssl("req", "-newkey", ...kind, "-nodes", "-keyout", keyFile, "-out", request, "-subj", `/CN=${count}`)
      openssl(
        ...["x509", "-req", "-in", request, "-CA", caFile, "-CAkey", caKey, "-CAcreateserial"],
        ...["-days", String(days), "-extfile", extensions, "-out", certFile]
      )
      return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8"), certFile, keyFile }
    }
  }
}
