/** What a built page loads before it can be used, read off its HTML and the static imports of its modules. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The files of a page's scripts, each once, those that its HTML names first. What is imported on demand is left out. */
export function scriptsOf(dist, page) {
  const html = readFileSync(join(dist, page, "index.html"), "utf8");
  const found = new Set();
  const add = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const code = readFileSync(file, "utf8");
    for (const [, name] of code.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+\.js)["']/g))
      add(join(dirname(file), name));
  };
  for (const [, source] of html.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)) add(join(dist, source));
  return [...found];
}
