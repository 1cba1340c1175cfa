import assert from "node:assert/strict";
import { decoyFile } from "./decoy_files.ts";

async function withSite(
  work: (directory: string) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "postern-decoy-" });
  const directory = `${parent}/site`;
  try {
    await Deno.mkdir(`${directory}/sub dir/.git`, { recursive: true });
    await Deno.mkdir(`${directory}/.well-known`);
    await Deno.writeTextFile(`${parent}/secret.txt`, "secret");
    await Deno.writeTextFile(`${parent}/site.txt`, "secret");
    await Deno.writeTextFile(`${directory}/index.html`, "index");
    await Deno.writeTextFile(`${directory}/.hidden`, "secret");
    await Deno.writeTextFile(`${directory}/.well-known/a.txt`, "known");
    await Deno.writeTextFile(`${directory}/sub dir/index.html`, "below");
    await Deno.writeTextFile(`${directory}/sub dir/.git/config`, "secret");
    await Deno.symlink(`${parent}/secret.txt`, `${directory}/out.txt`);
    await Deno.symlink(parent, `${directory}/up`);
    await Deno.symlink(`${directory}/index.html`, `${directory}/in.html`);
    await work(directory);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const FOUND: [string, string, string][] = [
  ["/", "index", "text/html; charset=utf-8"],
  ["/index.html", "index", "text/html; charset=utf-8"],
  ["/in.html", "index", "text/html; charset=utf-8"],
  ["/sub%20dir/", "below", "text/html; charset=utf-8"],
  ["/sub%20dir", "below", "text/html; charset=utf-8"],
  ["/.well-known/a.txt", "known", "text/plain; charset=utf-8"],
];
for (const [path, text, type] of FOUND) {
  Deno.test(`decoyFile() gives what is at ${path}`, () =>
    withSite(async (directory) => {
      const response = await decoyFile(directory, path);
      assert.equal(response?.headers.get("content-type"), type);
      assert.equal(await response?.text(), text);
    }));
}

const NOT_FOUND = [
  "/none",
  "/.hidden",
  "/sub%20dir/.git/config",
  "/sub%20dir/.well-known",
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/../site.txt",
  "/sub%20dir/%2e%2e/index.html",
  "/out.txt",
  "/up/secret.txt",
  "//index.html",
  "/index.html%00",
  "/a%5cb",
  "/%ff",
  "/%",
  `/${"a".repeat(2000)}`,
];
for (const path of NOT_FOUND) {
  Deno.test(`decoyFile() gives nothing for ${path.slice(0, 40)}`, () =>
    withSite(async (directory) => {
      assert.equal(await decoyFile(directory, path), undefined);
    }));
}

Deno.test("decoyFile() gives nothing of no directory", async () => {
  assert.equal(await decoyFile("", "/etc/passwd"), undefined);
  assert.equal(await decoyFile("/none", "/"), undefined);
});
