/** Files of the operator that are named while no server runs. @module */
import assert from "node:assert/strict";
import { postern } from "../cli/command_line.ts";
import { TestAuthority } from "../harness/authority.ts";

const HOST = "chat.example";

Deno.test("without a server, too, files that cannot be served are refused", async () => {
  const authority = await TestAuthority.make();
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const config = `${directory}/postern.toml`;
  const run = (...args: string[]) =>
    postern([...args, "--json"], { POSTERN_CONFIG: config });
  try {
    await Deno.writeTextFile(
      config,
      `[server]\ndomain = "chat.example"\nstate_dir = "${directory}/state"\nruntime_dir = "${directory}/run"\n`,
    );
    const chain = `${directory}/c.pem`;
    const key = `${directory}/k.pem`;
    const { chainPem, keyPem } = await authority.issue([HOST]);
    const other = await authority.issue([HOST]);
    for (
      const [certificate, secret] of [
        [undefined, undefined],
        ["", ""],
        ["no certificate", keyPem],
        [chainPem, other.keyPem],
      ] as const
    ) {
      if (certificate !== undefined) {
        await Deno.writeTextFile(chain, certificate);
        await Deno.writeTextFile(key, secret);
      }
      for (
        const command of [
          ["certificate", "file", chain, key],
          ["settings", "set", "tls_files", `${chain}, ${key}`],
        ]
      ) {
        if (command[0] === "settings") {
          await Deno.writeTextFile(`${directory}/good.pem`, chainPem + keyPem);
          const good = `${directory}/good.pem`;
          assert.equal((await run("certificate", "file", good, good)).exit, 0);
        }
        const refused = await run(...command);
        assert.equal(refused.exit, 4, refused.err);
      }
      const { out } = await run("certificate", "status");
      assert.equal(JSON.parse(out).data.cert_path, `${directory}/good.pem`);
      assert.equal((await run("certificate", "self-signed")).exit, 0);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
