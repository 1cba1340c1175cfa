import assert from "node:assert/strict";
import { isForOthers, keptPaths, stateObstacle } from "./state_access.ts";

const DATABASE = "chat.db";
const NOBODY = 65534;

interface World {
  readonly scratch: string;
  readonly stateDir: string;
}

async function stateTest(
  work: (world: World) => void | Promise<void>,
): Promise<void> {
  const scratch = await Deno.makeTempDir({ dir: "/tmp" });
  const stateDir = `${scratch}/state`;
  try {
    for (const path of ["dkim", "blobs"]) {
      Deno.mkdirSync(`${stateDir}/${path}`, { recursive: true, mode: 0o700 });
    }
    for (const path of ["chat.db", "chat.db-wal", "dkim/a.pem", "blobs/1"]) {
      Deno.writeTextFileSync(`${stateDir}/${path}`, "", { mode: 0o600 });
    }
    await work({ scratch, stateDir });
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

Deno.test("keptPaths() has what is there, and follows no link", () =>
  stateTest(({ scratch, stateDir }) => {
    Deno.symlinkSync(scratch, `${stateDir}/tls`);
    Deno.symlinkSync("/etc/passwd", `${stateDir}/admin_token`);
    const found = keptPaths({ stateDir, database: DATABASE });
    assert.deepEqual(
      found.map((path) => path.slice(stateDir.length + 1)),
      ["chat.db", "chat.db-wal", "dkim", "dkim/a.pem", "blobs"],
    );
  }));

Deno.test("isForOthers() looks whether others get there", () =>
  stateTest(({ scratch, stateDir }) => {
    const key = `${stateDir}/dkim/a.pem`;
    Deno.chmodSync(key, 0o644);
    assert.equal(isForOthers(key), false);
    for (const path of [scratch, stateDir, `${stateDir}/dkim`]) {
      Deno.chmodSync(path, 0o755);
    }
    assert.equal(isForOthers(key), true);
    Deno.symlinkSync(key, `${scratch}/link`);
    assert.equal(isForOthers(`${scratch}/link`), true);
    Deno.chmodSync(key, 0o640);
    assert.equal(isForOthers(`${scratch}/link`), false);
    assert.equal(isForOthers(`${scratch}/none`), false);
  }));

Deno.test("stateObstacle() finds none where all is ours, or nothing is there", () =>
  stateTest(({ scratch, stateDir }) => {
    assert.equal(stateObstacle({ stateDir, database: DATABASE }), undefined);
    const none = { stateDir: `${scratch}/none`, database: DATABASE };
    assert.equal(stateObstacle(none), undefined);
  }));

/** Root may do everything: another process looks. */
async function asNobody(stateDir: string): Promise<string> {
  const module = new URL("./state_access.ts", import.meta.url).href;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `process.setgid(${NOBODY}); process.setuid(${NOBODY});
      const { stateObstacle } = await import("${module}");
      console.log(stateObstacle({ stateDir: "${stateDir}", database: "${DATABASE}" }));`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).trim();
}

Deno.test({
  name: "stateObstacle() names what is root's, and the command that mends it",
  ignore: Deno.uid() !== 0,
  fn: () =>
    stateTest(async ({ scratch, stateDir }) => {
      Deno.chmodSync(scratch, 0o755);
      assert.match(
        await asNobody(stateDir),
        /\/state belongs to root, and .*"chown -R nobody: \S+\/state"/,
      );
      for (
        const path of ["", "/chat.db-wal", "/dkim", "/dkim/a.pem", "/blobs"]
      ) await Deno.chown(stateDir + path, NOBODY, NOBODY);
      assert.match(await asNobody(stateDir), /chat\.db belongs to root/);
      await Deno.chown(`${stateDir}/chat.db`, NOBODY, NOBODY);
      assert.equal(await asNobody(stateDir), "undefined");
      await Deno.chown(`${stateDir}/dkim/a.pem`, 0, 0);
      assert.match(await asNobody(stateDir), /a\.pem belongs to root/);
    }),
});
