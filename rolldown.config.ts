import { defineConfig } from "rolldown"

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  output: { file: "dist/poller.js", format: "esm", banner: "#!/usr/bin/env node", minify: true }
})
