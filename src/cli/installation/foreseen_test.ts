import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { Machine } from "../../ops/install/machine.ts";
import { placesOf } from "../../ops/install/places.ts";
import { InstallRefused } from "../../ops/install/refused.ts";
import { foreseen, nameFacts } from "./foreseen.ts";

const HOST = "chat.example";

Deno.test("nameFacts() finds nothing where nobody could tell, or all fits", () => {
  const nothing = { seen: {}, warnings: [], isElsewhere: false };
  assert.deepEqual(nameFacts(HOST, undefined, ["8.8.8.8"]), nothing);
  assert.deepEqual(nameFacts(HOST, ["8.8.8.8"], ["8.8.8.8"]), nothing);
});

Deno.test("nameFacts() tells of a name that leads nowhere, or elsewhere", () => {
  const nowhere = nameFacts(HOST, [], ["8.8.8.8"]);
  assert.equal(nowhere.isElsewhere, true);
  assert.match(nowhere.warnings[0] ?? "", /has no address/);
  const elsewhere = nameFacts(HOST, ["9.9.9.9"], ["8.8.8.8"]);
  assert.equal(elsewhere.isElsewhere, true);
  assert.match(elsewhere.warnings[0] ?? "", /leads to 9\.9\.9\.9/);
});

Deno.test("nameFacts() tells of an address too many", () => {
  const own = ["8.8.8.8"];
  const { warnings, isElsewhere } = nameFacts(
    HOST,
    ["8.8.8.8", "2606:4700::1"],
    own,
  );
  assert.equal(isElsewhere, false);
  assert.match(warnings[0] ?? "", /also leads to 2606:4700::1/);
});

Deno.test("nameFacts() takes the name's address behind a router", () => {
  const { seen, warnings, isElsewhere } = nameFacts(
    HOST,
    ["8.8.8.8"],
    ["2606:4700::1"],
  );
  assert.deepEqual(seen, { publicAddresses: ["8.8.8.8", "2606:4700::1"] });
  assert.deepEqual({ warnings, isElsewhere }, {
    warnings: [],
    isElsewhere: false,
  });
});

Deno.test({
  name:
    "foreseen() tells of certificates that cannot be served, before a start in vain",
  ignore: Deno.uid() !== 0,
  async fn() {
    const { values } = loadConfig({
      path: "postern.toml",
      text:
        '[server]\ndomain = "chat.example"\n[tls]\nmode = "file"\ncert = "/none/chain.pem"\nkey = "/none/key.pem"\n',
    });
    const world = {
      config: values,
      // the service runs: its ports are its own
      machine: new Machine("", () => Promise.resolve({ ok: true, output: "" })),
      places: placesOf({ name: "postern" }),
      certOnly: false,
    };
    const warnings = await foreseen({ ...world, start: false });
    assert.match(warnings.join("\n"), /\/none\/chain\.pem/);
    await assert.rejects(
      foreseen({ ...world, start: true }),
      (error) =>
        error instanceof InstallRefused &&
        /\/none\/chain\.pem[^]*Nothing was installed/.test(error.message),
    );
  },
});
