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

/** What a phone has to load before it shows the panel. */
const MAX_PANEL_OCTETS = 120_000;

Deno.test("bundle() keeps the scripts of the panel small", async () => {
  const files = await bundle();
  const octets = ["panel.js", "panel_start.js"]
    .reduce((sum, name) => sum + files[name]!.gzip_octets, 0);
  assert.ok(octets <= MAX_PANEL_OCTETS, `${octets} octets compressed`);
});

Deno.test("bundle() names no other origin in the panel", async () => {
  for (
    const name of [
      "panel.js",
      "panel_start.js",
      "panel_plot.js",
      "qr_reader.js",
    ]
  ) {
    const { file } = (await bundle())[name]!;
    const text = await Deno.readTextFile(`${REPOSITORY}/build/web/${file}`);
    const origins = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) =>
      url
    );
    // names of languages inside pictures and an example, which nobody fetches
    assert.deepEqual(
      origins.filter((url) =>
        !url.startsWith("http://www.w3.org") && url !== "https://chat.example"
      ),
      [],
    );
    assert.doesNotMatch(text, /\bfrom\s*"[./@a-z]/);
  }
});

Deno.test("bundle() makes the words of the panel for each language", async () => {
  const files = await bundle();
  for (const language of ["en", "es", "fa", "ru"]) {
    const { file, type } = files[`panel.${language}.json`]!;
    assert.match(type, /^application\/json/);
    const words = JSON.parse(
      await Deno.readTextFile(`${REPOSITORY}/build/web/${file}`),
    );
    assert.ok(words["login.submit"]);
  }
});
