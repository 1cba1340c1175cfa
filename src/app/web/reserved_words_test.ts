import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import type { Settings } from "../../settings/settings.ts";
import { reservedWords } from "./reserved_words.ts";

const SETTINGS = {
  get: (name: string) => name === "admin_path" ? "/Secret/api" : "/panel-x",
} as unknown as Settings;

function configOf(wwwDir: string) {
  return loadConfig({
    path: "postern.toml",
    text: `[server]\ndomain = "chat.example"\nstate_dir = "/nowhere"\n` +
      `[web]\nwww_dir = "${wwwDir}"\n[sharing]\nreserved_slugs = ["Wanted"]`,
  }).values;
}

Deno.test("words of paths, pages and the operator's own files are given to nobody", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/Rules.html`, "");
    await Deno.writeTextFile(`${directory}/photo.tar.gz`, "");
    const words = reservedWords(configOf(directory), SETTINGS);
    for (
      const word of [
        "wanted",
        "secret",
        "panel-x",
        "rules",
        "photo",
        "contact_view",
        "own_account",
        "main",
        "postern",
      ]
    ) {
      assert.ok(words.includes(word), word);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a directory that is not there reserves nothing", () => {
  const words = reservedWords(configOf("/no/such/directory"), SETTINGS);
  assert.ok(words.includes("contact_view"));
});
