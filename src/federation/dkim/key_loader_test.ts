import assert from "node:assert/strict";
import { join } from "node:path";
import { KeyLoader } from "./key_loader.ts";
import { newKey } from "./key_material.ts";
import { KeyPlaces } from "./key_places.ts";

const CLOCK = { monotonic: () => 0 };

for (
  const [what, inPlace, owns, kind, why] of [
    ["its file is no key", "no key", true, "key", /^$/],
    ["its file is missing", undefined, true, "key", /^$/],
    ["nothing is a key", "no key", false, "lost", /s\.pem/],
    ["there is no file of it", undefined, false, "lost", /no file .*s\.pem$/],
  ] as const
) {
  Deno.test(`load() of a key that was the operator's, while ${what}`, async () => {
    const directory = await Deno.makeTempDir();
    try {
      const { pem, publicKey } = await newKey("rsa-sha256");
      const ownFile = join(directory, "own.pem");
      await Deno.writeTextFile(ownFile, owns ? pem : "no key either");
      if (inPlace !== undefined) {
        await Deno.writeTextFile(join(directory, "s.pem"), inPlace);
      }
      const places = new KeyPlaces({
        directory,
        primaryDomain: "b.example", // a.example was it before
        ownFile,
        selector: () => "s",
        isTaken: () => false,
      });
      const loaded = await new KeyLoader(places, CLOCK).load({
        domain: "a.example",
        selector: "s",
        algorithm: "rsa-sha256",
        publicKey,
        file: "s.pem",
        state: "active",
        createdAt: 0,
        since: 0,
      });
      assert.equal(loaded.kind, kind);
      assert.match(loaded.kind === "lost" ? loaded.why : "", why);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
