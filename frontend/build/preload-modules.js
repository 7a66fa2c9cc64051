/**
 * Name all modules of a page in its head, so that the browser asks for them at once. Otherwise it learns of each only
 * from the one that imports it: three round trips, one after the other, where one does. With low priority: what is seen
 * first needs the style sheet alone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { scriptsOf } from "./page-scripts.js";

export function preloadModules() {
  return {
    name: "preload-modules",
    hooks: {
      "astro:build:done": ({ dir, pages }) => {
        const dist = fileURLToPath(dir);
        for (const { pathname } of pages) {
          if (pathname === "404/") continue; // a file of its own, without scripts of its own
          const file = join(dist, pathname, "index.html");
          const html = readFileSync(file, "utf8");
          const links = scriptsOf(dist, pathname)
            .map((script) => `/${relative(dist, script)}`)
            .filter((path) => path.startsWith("/_astro/") && !html.includes(`src="${path}"`))
            .map((path) => `<link rel="modulepreload" href="${path}" fetchpriority="low">`);
          writeFileSync(file, html.replace("</head>", `${links.join("")}</head>`));
        }
      },
    },
  };
}
