import type { KeyPath } from "../config/source-map.ts"
import { isMap } from "../config/unknown-values.ts"

type Fields = Record<string, unknown>

type Lose = (what: string, key: KeyPath) => void

/** Keys of tls_config with the same name and meaning in poller. */
const tlsKeys = ["ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"]

/** Keys that are never lost: poller has `follow_redirects` too, and speaks only HTTP/1.1. */
const needless = ["follow_redirects", "enable_http2"]

const tlsSettings = (value: unknown, lose: Lose): Fields => {
  const tls: Fields = {}
  for (const [key, setting] of Object.entries(isMap(value) ? value : {})) {
    if (tlsKeys.includes(key)) tls[key] = setting
    else lose(`tls_config.${key}`, ["tls_config", key])
  }
  return tls
}

/**
 * Converts the `http_client_config` of Prometheus' exporters to settings of a target
 * (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config). Secrets in the file itself
 * are not copied: they belong in the file that the setting names.
 */
export const httpClientSettings = (name: string, value: unknown, lose: Lose): Fields => {
  const settings: Fields = {}
  const config = isMap(value) ? value : {}
  const secret = (what: string, key: KeyPath): string => {
    const file = `${name}-${what}`
    lose(`the secret of ${key.join(".")}: write it into the file ${file}`, key)
    return file
  }
  const fileOf = (holder: Fields, at: KeyPath, key: string, what: string) =>
    typeof holder[`${key}_file`] === "string" ? holder[`${key}_file`] : secret(what, [...at, key])

  for (const [key, setting] of Object.entries(config)) {
    const inner: Fields = isMap(setting) ? setting : {}
    switch (key) {
      case "basic_auth":
        settings.auth = {
          basic: { username: inner.username ?? "", password_file: fileOf(inner, [key], "password", "password") }
        }
        if (inner.username_file !== undefined) lose("basic_auth.username_file", [key, "username_file"])
        break
      case "bearer_token_file":
        settings.auth = { bearer_token_file: setting }
        break
      case "bearer_token":
        settings.auth = { bearer_token_file: secret("token", [key]) }
        break
      case "authorization":
        if (/^bearer$/i.test(String(inner.type ?? "Bearer")))
          settings.auth = { bearer_token_file: fileOf(inner, [key], "credentials", "token") }
        else lose(`authorization of type ${inner.type}: write the header into headers_from`, [key])
        break
      case "oauth2":
        settings.auth = {
          oauth2: {
            token_url: inner.token_url,
            client_id: inner.client_id,
            client_secret_file: fileOf(inner, [key], "client_secret", "client-secret"),
            ...(Array.isArray(inner.scopes) && { scopes: inner.scopes }),
            ...(isMap(inner.endpoint_params) && { params: inner.endpoint_params })
          }
        }
        if (inner.tls_config !== undefined) lose("oauth2.tls_config", [key, "tls_config"])
        break
      case "tls_config": {
        const tls = tlsSettings(setting, lose)
        if (Object.keys(tls).length > 0) settings.tls = tls
        break
      }
      case "proxy_url":
        settings.proxy = setting
        break
      default:
        if (!needless.includes(key)) lose(`http_client_config.${key}`, [key])
        if (key === "follow_redirects" && setting === false) settings.follow_redirects = false
    }
  }
  return settings
}
