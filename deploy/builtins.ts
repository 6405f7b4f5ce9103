import type { Plugin } from "rolldown"

/* How a bundle comes by the modules of Node: in no case as `import` does. */

/**
 * `import` of a module of Node reads everything that the module exports, and node:http exports a WebSocket for which Node then loads
 * undici and HTTP/2: 16 MB of memory and a third of the start. `process.getBuiltinModule` reads nothing.
 */
export const builtinsOnDemand: Plugin = {
  name: "builtins-on-demand",
  renderChunk: (code) =>
    code.replaceAll(
      /^import (?:\* as ([\w$]+)|([\w$]+)|(\{[^}]*\})) from "(node:[\w/]+)";$/gm,
      (_, namespace?: string, whole?: string, names?: string, module?: string) =>
        `const ${namespace ?? whole ?? names?.replaceAll(" as ", ": ")} = process.getBuiltinModule("${module}");`
    )
}

/** Stands for a module until something of it is asked for. */
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

/** For a start-up snapshot (CommonJS), in which there may be no module that holds something of its process: each is got when something of it is asked for. */
export const builtinsLater: Plugin = {
  name: "builtins-later",
  renderChunk: (code) =>
    later +
    code
      .replaceAll(/^let ([\w$]+) = require\("([\w:/]+)"\);$/gm, 'const $1 = later("$2");')
      .replaceAll(/^([\w$]+) = __toESM\(\1(?:, 1)?\);$/gm, "")
      .replaceAll(/\brequire\("([\w:/]+)"\)/g, 'later("$1")')
}
