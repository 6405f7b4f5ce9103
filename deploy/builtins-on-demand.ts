import type { Plugin } from "rolldown"

/** A proxy that loads a module of Node at its first use. The names in this code must not occur in the bundle. */
const later = `
const nodeBuiltins = new Map();
const nodeBuiltin = (name) => new Proxy({}, {
  get: (_, key) => {
    let module = nodeBuiltins.get(name);
    if (module === undefined) nodeBuiltins.set(name, module = process.getBuiltinModule(name));
    return key === "default" ? module : module[key];
  }
});
`

/**
 * Loads modules of Node at their first use. `import` reads all exports of a module, and for `WebSocket` of node:http
 * Node loads undici and HTTP/2: 16 MB of memory and a third of the start. Without https targets TLS is not loaded, a
 * tenth of the start. A start-up snapshot must not contain modules with state of their process.
 */
export const builtinsOnDemand: Plugin = {
  name: "builtins-on-demand",
  renderChunk: (code) =>
    code
      .replace(/^(#!.*\n)?/, (shebang) => shebang + later)
      .replaceAll(/^let ([\w$]+) = require\("([\w:/]+)"\);$/gm, 'const $1 = nodeBuiltin("$2");')
      .replaceAll(/^([\w$]+) = __toESM\(\1(?:, 1)?\);$/gm, "")
      .replaceAll(/\brequire\("([\w:/]+)"\)/g, 'nodeBuiltin("$1")')
}
