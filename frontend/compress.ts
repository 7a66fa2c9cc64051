/** Beside every text file of the build lie a brotli and a gzip copy, so that the server need not compress while it serves. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { AstroIntegration } from "astro";

const TEXTS = new Set([".html", ".js", ".css", ".svg", ".txt", ".json", ".xml"]); // fonts and pictures are compressed

export async function compressFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXTS.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = await readFile(path);
    const copies = { br: brotliCompressSync(plain), gz: gzipSync(plain, { level: 9 }) };
    for (const [ending, copy] of Object.entries(copies))
      if (copy.length < plain.length) await writeFile(`${path}.${ending}`, copy);
  }
}

export default function compress(): AstroIntegration {
  return {
    name: "compress",
    hooks: { "astro:build:done": ({ dir }) => compressFolder(fileURLToPath(dir)) },
  };
}
