import type { Plugin } from "rolldown"

/** Stands for a module of Node until something of it is asked for. */
const later = `
const builtins = new Map();
const later = (name) => new Proxy({}, {
  get: (_, key) => {
    let module = builtins.get(name);
    if (module === undefined) builtins.set(name, module = process.getBuiltinModule(name));
    return key === "default" ? module : module[key];
  }
});
`

/**
 * A module of Node is got when something of it is first used. `import` reads everything that the module exports, and
 * node:http exports a WebSocket for which Node then loads undici and HTTP/2: 16 MB of memory and a third of the start;
 * without a target of https there is no need of TLS, a tenth of it. And in a start-up snapshot there may be no module
 * that holds something of its process.
 */
export const builtinsOnDemand: Plugin = {
  name: "builtins-on-demand",
  renderChunk: (code) =>
    code
      .replace(/^(#!.*\n)?/, (shebang) => shebang + later)
      .replaceAll(/^let ([\w$]+) = require\("([\w:/]+)"\);$/gm, 'const $1 = later("$2");')
      .replaceAll(/^([\w$]+) = __toESM\(\1(?:, 1)?\);$/gm, "")
      .replaceAll(/\brequire\("([\w:/]+)"\)/g, 'later("$1")')
}
