import assert from "node:assert/strict";
import { Phrases } from "../../../web/browser/panel/i18n/phrases.ts";
import { SwitchMark } from "../upgrade/switch_mark.ts";
import { upgradeFindings } from "./upgrade_check.ts";

const LANGUAGES = ["en", "fa", "ru", "es"];

Deno.test("upgradeFindings() names what is unfinished, and what ends it, in every language", async () => {
  const root = await Deno.makeTempDir({ prefix: "postern-test-" });
  try {
    const found = [upgradeFindings(root)];
    const mark = new SwitchMark(root);
    const begun = {
      version: "1.1.0",
      says: "1.1.0",
      previous: "1.0.0",
      previous_says: "1.0.0",
      before: null,
      copy: null,
    };
    for (const back of [false, true]) {
      mark.write({ ...begun, back });
      found.push(upgradeFindings(root));
    }
    await Deno.writeTextFile(`${root}/way-back`, "");
    found.push(upgradeFindings(root));
    const findings = found.flat();
    assert.deepEqual(
      findings.map(({ id, status, remedy }) => [
        id,
        status,
        remedy,
      ]),
      [
        ["upgrade", "pass", null],
        ["upgrade", "warn", "postern versions settle"],
        ["upgrade", "warn", "postern versions settle"],
        ["upgrade", "warn", `${root}/way-back versions settle`],
      ],
    );
    const ENGLISH = JSON.parse(await catalogue("en"));
    const phrases = new Phrases(ENGLISH);
    for (const { detail } of findings) assert.ok(phrases.find(detail), detail);
    for (const language of LANGUAGES) {
      const words = JSON.parse(await catalogue(language));
      assert.match(words["found.upgrade_begun"], /\{previous\}.*\{version\}/);
      assert.match(words["found.upgrade_back"], /\{version\}.*\{previous\}/);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

function catalogue(language: string): Promise<string> {
  return Deno.readTextFile(
    new URL(`../../../web/locales/${language}/doctor.json`, import.meta.url),
  );
}
