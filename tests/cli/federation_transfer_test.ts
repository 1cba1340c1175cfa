/** Rules and ways of mail out of one relay and into another. */
import assert from "node:assert/strict";
import { Installation } from "./command_line.ts";

/** Commands that have to succeed; gives the last output. */
async function all(relay: Installation, ...commands: readonly string[]) {
  let text = "";
  for (const command of commands) {
    const { exit, out, err } = await relay.run(command);
    assert.equal(exit, 0, `${command}\n${out}${err}`);
    text = out;
  }
  return text;
}

Deno.test("rules, overrides and exchangers go from one relay to another", async () => {
  const [first, second] = [new Installation(""), new Installation("")];
  try {
    const file = `${second.directory}/ways.json`;
    const exported = await all(
      first,
      "federation block '*.bad.example' --comment 'sends spam'",
      "federation allow good.example",
      "federation rule slow.example --smtp off",
      "federation dismiss ads.example",
      "exchanger add hub https://hub.example --role push --domains far.example",
      "exchanger add quiet --role serve",
      "endpoint-cache set a.example exchanger:hub 'by the hub'",
      "endpoint-cache set b.example https://b.example:8443 --tls verify --smtp",
      "federation export",
    );
    await Deno.writeTextFile(file, exported);
    const { rules, dismissed, overrides, exchangers } = JSON.parse(exported);
    assert.deepEqual(
      [rules.length, dismissed, overrides.length, exchangers.length],
      [3, ["ads.example"], 2, 2],
    );
    assert.doesNotMatch(exported, /token|hits/);
    const taken = await all(second, `federation import ${file}`);
    assert.match(taken, /^Took 8 entries, refused 0/);
    // who is to fetch mail needs a token, and the one before is not told
    assert.match(taken, /token of the exchanger quiet, shown once: \S{20,}/);
    assert.equal(await all(second, "federation export"), exported);
    const again = await all(second, `federation import ${file}`);
    assert.match(again, /^Took 8 entries, refused 0/);
    assert.doesNotMatch(again, /token/);
  } finally {
    first.dispose();
    second.dispose();
  }
});

Deno.test("what is wrong with one entry is told, and the others are taken", async () => {
  const relay = new Installation("");
  try {
    const file = `${relay.directory}/ways.json`;
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        rules: [
          { domain: "no domain", action: "block" },
          { domain: "b.example", action: "allow", hits: 3 }, // as a list shows it
          { domain: "c.example" }, // as other programs have it
          "text",
          7,
        ],
        overrides: [{ lookup_key: "c.example", target_host: "exchanger:gone" }],
        others: [],
      }),
    );
    const { exit, out } = await relay.run(`federation import ${file}`);
    assert.equal(exit, 8);
    assert.match(out, /^Took 3 entries, refused 3\n/);
    assert.match(out, /^ {2}rules 0: .*domain/m);
    assert.match(out, /^ {2}rules 4: It must be an object/m);
    assert.match(out, /^ {2}overrides 0: .*exchanger/m);
    for (
      const [text, said] of [["{", /is not JSON/], [
        "[]",
        /none of the lists/,
      ]] as const
    ) {
      await Deno.writeTextFile(file, text);
      const { exit, err } = await relay.run(`federation import ${file}`);
      assert.equal(exit, 4);
      assert.match(err, said);
    }
    assert.equal((await relay.run("federation import nowhere.json")).exit, 3);
  } finally {
    relay.dispose();
  }
});
