/**
 * How much script a page may load before it can be used, gzipped. Files have hashed names and pages share them, so what
 * a page loads is read off its HTML and the static imports of its modules; what is imported on demand does not count.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const DIST = join(import.meta.dirname, "dist");

function scriptsOf(page) {
  const html = readFileSync(join(DIST, page, "index.html"), "utf8");
  const found = new Set();
  const add = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const code = readFileSync(file, "utf8");
    for (const [, name] of code.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+\.js)["']/g))
      add(join(dirname(file), name));
  };
  for (const [, source] of html.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)) add(join(DIST, source));
  return [...found];
}

const pages = [
  { name: "landing", page: "", limit: "5 kB" },
  { name: "overview", page: "dashboard", limit: "120 kB" },
  { name: "simulator", page: "dashboard/simulator", limit: "120 kB" },
  { name: "score history", page: "dashboard/score", limit: "120 kB" },
  { name: "recommendations", page: "dashboard/recommendations", limit: "120 kB" },
  { name: "metrics", page: "dashboard/metrics", limit: "200 kB" },
  { name: "settings", page: "dashboard/settings", limit: "200 kB" },
  { name: "agent", page: "dashboard/agent", limit: "200 kB" },
];

export default pages
  .filter(({ page }) => existsSync(join(DIST, page, "index.html")))
  .map(({ name, page, limit }) => ({
    name,
    limit,
    path: scriptsOf(page).map((file) => file.slice(DIST.length - 4)),
    gzip: true,
    brotli: false,
  }));
