/** How much script a page may load before it can be used, gzipped. Files have hashed names, and pages share them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { scriptsOf } from "./build/page-scripts.js";

const DIST = join(import.meta.dirname, "dist");

const pages = [
  { name: "landing", page: "", limit: "5 kB" },
  { name: "overview", page: "dashboard", limit: "110 kB" },
  { name: "simulator", page: "dashboard/simulator", limit: "110 kB" },
  { name: "score history", page: "dashboard/score", limit: "110 kB" },
  { name: "recommendations", page: "dashboard/recommendations", limit: "110 kB" },
  { name: "metrics", page: "dashboard/metrics", limit: "165 kB" },
  { name: "settings", page: "dashboard/settings", limit: "150 kB" },
  { name: "agent", page: "dashboard/agent", limit: "150 kB" },
];

export default pages
  .filter(({ page }) => existsSync(join(DIST, page, "index.html")))
  .map(({ name, page, limit }) => ({
    name,
    limit,
    path: scriptsOf(DIST, page).map((file) => file.slice(DIST.length - 4)),
    gzip: true,
    brotli: false,
  }));
