import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bundle } from "./bundle.ts";
import { REPOSITORY } from "./repository.ts";

Deno.test("bundle() names files by what is in them", async () => {
  const files = await bundle();
  for (const name of ["site.js", "site.css", "icon.svg"]) {
    const { file, octets } = files[name]!;
    const content = await Deno.readFile(`${REPOSITORY}/build/web/${file}`);
    const digest = createHash("sha256").update(content).digest("hex");
    assert.equal(content.length, octets);
    assert.ok(file.includes(`.${digest.slice(0, 12)}.`));
  }
});

Deno.test("bundle() leaves no module to be loaded from elsewhere", async () => {
  const { file } = (await bundle())["site.js"]!;
  const text = await Deno.readTextFile(`${REPOSITORY}/build/web/${file}`);
  assert.doesNotMatch(text, /\bimport\b|https?:/);
});
