import assert from "node:assert/strict";
import { giveStray } from "./give_stray.ts";

const NOBODY = { uid: 65534, gid: 65534 };

Deno.test({
  name: "giveStray() gives files of root, and nothing that a link leads to",
  ignore: Deno.uid() !== 0,
  async fn() {
    const scratch = await Deno.makeTempDir();
    const [state, other] = [`${scratch}/state`, `${scratch}/other`];
    try {
      for (const path of [`${state}/tls`, other]) {
        await Deno.mkdir(path, { recursive: true });
      }
      for (const path of [`${state}/tls/key`, `${other}/key`]) {
        await Deno.writeTextFile(path, "");
      }
      await Deno.symlink(other, `${state}/dkim`);
      await Deno.symlink(`${other}/key`, `${state}/tls/link`);
      await Deno.link(`${other}/key`, `${state}/tls/second`);
      const given = ["tls", "tls/key"];
      const kept = ["dkim/key", "dkim", "tls/link", "tls/second", "none"];
      for (const path of given) assert.ok(giveStray(state, path, NOBODY), path);
      for (const path of [...kept, ...given]) {
        assert.ok(!giveStray(state, path, NOBODY), path);
      }
      assert.equal(Deno.statSync(`${state}/tls/key`).uid, NOBODY.uid);
      assert.equal(Deno.statSync(`${other}/key`).uid, 0);
      assert.equal(Deno.statSync(other).uid, 0);
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  },
});
