import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compressFolder } from "../compress.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "compress-"));
  await mkdir(join(folder, "_astro"));
});
afterEach(() => rm(folder, { recursive: true }));

test("texts get two copies that say the same", async () => {
  const page = "<p>Underwritable at any moment.</p>".repeat(50);
  await writeFile(join(folder, "index.html"), page);
  await writeFile(join(folder, "_astro", "app.js"), page);
  await compressFolder(folder);
  for (const path of ["index.html", join("_astro", "app.js")]) {
    expect(brotliDecompressSync(await readFile(join(folder, `${path}.br`))).toString()).toBe(page);
    expect(gunzipSync(await readFile(join(folder, `${path}.gz`))).toString()).toBe(page);
  }
});

test("what would not get smaller is left alone", async () => {
  await writeFile(join(folder, "font.woff2"), "a".repeat(1000));
  await writeFile(join(folder, "robots.txt"), "x");
  await compressFolder(folder);
  expect((await readdir(folder)).sort()).toEqual(["_astro", "font.woff2", "robots.txt"]);
});
