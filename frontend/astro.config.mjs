import react from "@astrojs/react";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "astro/config";
import { preloadModules } from "./build/preload-modules.js";
import compress from "./compress.ts";

// What several pages share comes in a few large files instead of twenty small ones: together they compress better, and
// a browser that opens six connections has them in one round trip. A page may load more of src/lib and src/components
// than it imports, so nothing there may act by being loaded; what acts lies in src/islands.
const CHUNKS = [
  {
    name: "libraries",
    test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|nanostores|@nanostores|openapi-fetch)[\\/]/,
  },
  { name: "shared", test: /src[\\/](lib|components)[\\/]/, minShareCount: 4 },
  {
    name: "score",
    test: /components[\\/](overview|recommendations|score|timeline)[\\/]|TableView/,
    minShareCount: 2,
  },
];

// Pages are static files that the API process serves under a content security policy of `script-src 'self'` and
// `style-src 'self'`, so nothing may be inlined. Astro's `client:*` directives bootstrap their islands with inline
// scripts (a hash in a meta tag does not help: the header's policy must be met as well). Islands are therefore
// mounted by bundled modules, see src/lib/mount.tsx; React integration is here for components rendered at build time.
export default defineConfig({
  output: "static",
  build: { format: "directory", inlineStylesheets: "never" },
  // Last what has to see the finished pages.
  integrations: [react(), preloadModules(), compress()],
  devToolbar: { enabled: false },
  vite: {
    plugins: [tailwindcss()],
    build: { assetsInlineLimit: 0 },
    environments: { client: { build: { rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } } } } },
    server: { proxy: { "/api": process.env.VAULTRA_API ?? "http://127.0.0.1:8000" } },
  },
});
