/** Keys of domains that take turns as the primary one. @module */
import assert from "node:assert/strict";
import { newKey } from "../../src/federation/dkim/key_material.ts";
import { dkimTest, fieldsOf, signatures } from "./dkim_world.ts";

const HOUR = 3600;

dkimTest(
  "when another domain becomes the primary one, each has its own keys",
  async (world) => {
    await world.keys.ready();
    const before = world.keys.list();
    const rotated = await world.keys.rotate("a.example");
    const after = await world.restart(["c.example", "a.example"]);
    await after.keys.ready();
    assert.deepEqual(await after.keys.lost(), []);
    const keys = after.keys.list();
    assert.deepEqual(
      keys.filter(({ domain }) => domain === "a.example"),
      [...before, ...rotated],
    );
    const secrets = new Set(keys.map(({ publicKey }) => publicKey));
    assert.equal(secrets.size, keys.length, "no key is of two domains");
    for (const address of ["ann@a.example", "bob@c.example"]) {
      assert.equal(signatures(await fieldsOf(after, address)).length, 2);
    }
    // the same name of a file, in the same month
    const further = await after.keys.rotate("c.example");
    assert.deepEqual(await after.keys.lost(), []);
    const files = [...keys, ...further].map(({ file }) => file);
    assert.equal(new Set(files).size, files.length, files.join(" "));
    const back = await after.restart(["a.example", "c.example"]);
    await back.keys.ready();
    assert.deepEqual(await back.keys.lost(), []);
    assert.equal(back.keys.list().length, files.length);
  },
);

dkimTest(
  "a key that two domains share is kept for the one when the other forgets it",
  async (world) => {
    await world.keys.ready();
    const shared = world.keys.list()[0]!;
    await world.keys.rows.change({
      put: [["b.example default", { ...shared, domain: "b.example" }]],
    });
    const both = await world.restart(["b.example", "a.example"]);
    await both.keys.ready();
    const [fresh] = await both.keys.rotate("a.example");
    await both.keys.activate(fresh!);
    both.pass(8 * 24 * HOUR);
    const forgotten = await both.keys.forgetRetired();
    assert.deepEqual(forgotten.map(({ file }) => file), [shared.file]);
    assert.deepEqual(await both.keys.lost(), []);
  },
);

dkimTest(
  "the operator's own key stays with its domain, and is nobody else's",
  async (world) => {
    const own = `${world.directory}.pem`;
    await Deno.writeTextFile(own, (await newKey("rsa-sha256")).pem);
    const first = await world.restart(["a.example"], own);
    await first.keys.ready();
    const then = await first.restart(["a.example", "b.example"], own);
    await then.keys.ready();
    const after = await then.restart(["b.example", "a.example"], own);
    await after.keys.ready();
    const lost = (await after.keys.lost()).map(({ row }) => row.domain);
    assert.ok(!lost.includes("a.example"), lost.join(" "));
    const fields = await fieldsOf(after);
    assert.equal(signatures(fields).length, 2);
  },
);
