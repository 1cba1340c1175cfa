/** What an operator is told of a server that is not well: status, log, exit code. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { postern } from "../cli/command_line.ts";
import { happens } from "../harness/until.ts";

interface Degraded {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
}

async function degraded(server: Server): Promise<readonly Degraded[]> {
  const environment = { POSTERN_CONFIG: server.configFile };
  const { exit, out, err } = await postern(["status", "--json"], environment);
  assert.equal(exit, 0, err);
  return JSON.parse(out).data.degraded;
}

const DAY_MS = 86_400_000;
/** Of a long life, of which the end counts by days. */
const LIVED_DAYS = 300;

async function certificateFiles(
  directory: string,
  names: readonly string[],
  days: number,
): Promise<string> {
  const made = await makeSelfSigned({
    names,
    nowMs: Date.now() - LIVED_DAYS * DAY_MS,
    days: LIVED_DAYS + days,
  });
  await Deno.writeTextFile(`${directory}/chain.pem`, made.chainPem);
  await Deno.writeTextFile(`${directory}/key.pem`, made.keyPem);
  return `[tls]\nmode = "file"\ncert = "${directory}/chain.pem"\nkey = "${directory}/key.pem"\n`;
}

Deno.test("a healthy server without federation only says that port 25 refuses mail, while it listens", async () => {
  const server = await Server.start({
    config: "[federation]\nenabled = false\n",
  });
  const environment = { POSTERN_CONFIG: server.configFile };
  try {
    const [found, ...others] = await degraded(server);
    assert.deepEqual(others, []);
    assert.equal(found?.code, "smtp_refuses_mail");
    assert.ok(found?.message.includes(`port ${server.ports.smtp}`));
    await happens(() =>
      server.output.includes("degraded part=smtp_refuses_mail")
    );
    await postern(["settings", "set", "smtp_enabled", "false"], environment);
    assert.deepEqual(await degraded(server), []);
    await postern(["reload"], environment);
    await happens(() =>
      server.output.includes("recovered part=smtp_refuses_mail")
    );
    assert.equal(server.output.split(" degraded ").length, 2, server.output);
  } finally {
    await server.dispose();
  }
});

const CONFIGURED: [string, string, RegExp, ...string[]][] = [
  [
    "disk_low",
    '[storage]\nmin_free = "900000G"',
    /No mail is taken.*storage.min_free is/,
    "overload",
    "sign_ups_paused",
  ],
  ["store_unsafe", '[storage]\nsync = "off"', /storage.sync is off/],
  ["log_debug", '[log]\nlevel = "debug"', /addresses of people/],
  [
    "open_files_low",
    "[imap]\nmax_connections = 1000000",
    /EMFILE.*LimitNOFILE.*may need/,
  ],
];
for (const [code, config, message, ...consequences] of CONFIGURED) {
  Deno.test(`${code} is in status and in the log from the start`, async () => {
    const server = await Server.start({ config });
    try {
      const [found, ...others] = await degraded(server);
      assert.deepEqual(others.map((one) => one.code), consequences);
      assert.equal(found?.code, code);
      assert.match(found?.message ?? "", message);
      await happens(() => server.output.includes(`degraded part=${code} `));
      const environment = { POSTERN_CONFIG: server.configFile };
      const { exit, out } = await postern(["status"], environment);
      assert.equal(exit, 0);
      assert.match(out, new RegExp(`^warning +${code}: `, "m"));
      const storage = code === "disk_low" ? "full" : "ok";
      assert.match(out, new RegExp(`^storage +${storage},`, "m"));
      const level = code === "log_debug" ? "debug" : "off";
      assert.match(out, new RegExp(`^log +${level}$`, "m"));
    } finally {
      await server.dispose();
    }
  });
}

Deno.test("broken certificate files are told while the old ones are served", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const tls = await certificateFiles(directory, ["chat.example"], 90);
  const server = await Server.start({ tls });
  try {
    const chain = await Deno.readTextFile(`${directory}/chain.pem`);
    await Deno.writeTextFile(`${directory}/chain.pem`, "nothing");
    await happens(async () => (await degraded(server)).length > 0);
    const [found] = await degraded(server);
    assert.equal(found?.code, "certificate_files");
    assert.match(found?.message ?? "", /chain.pem/);
    await Deno.writeTextFile(`${directory}/chain.pem`, chain);
    await happens(async () => (await degraded(server)).length === 0);
  } finally {
    await server.dispose();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("status says why nobody can sign up, and when that is over", async () => {
  const server = await Server.start();
  const environment = { POSTERN_CONFIG: server.configFile };
  try {
    const text = await Deno.readTextFile(server.configFile);
    const full = text.replace(
      "[registration]",
      "[registration]\nmax_accounts = 1",
    );
    await postern(["accounts", "create-random"], environment);
    await Deno.writeTextFile(server.configFile, full);
    assert.equal((await postern(["reload"], environment)).exit, 0);
    const [found] = await degraded(server);
    assert.equal(found?.code, "sign_ups_paused");
    assert.match(found?.message ?? "", /registration.max_accounts allows, 1/);
    await happens(() =>
      server.output.includes("degraded part=sign_ups_paused")
    );
    await postern(["registration", "close"], environment);
    assert.deepEqual(await degraded(server), [], "closed is not paused");
    await postern(["reload"], environment);
    await happens(() =>
      server.output.includes("recovered part=sign_ups_paused")
    );
  } finally {
    await server.dispose();
  }
});

const CERTIFICATES: [string, readonly string[], number][] = [
  ["certificate_ends_in_14_days", ["chat.example"], 10],
  ["certificate_ends_in_3_days", ["chat.example"], 2],
  ["certificate_expired", ["chat.example"], -0.5],
  ["certificate_names", ["elsewhere.example"], 90],
];
for (const [code, names, days] of CERTIFICATES) {
  Deno.test(`${code} is told of a certificate of files, and its mending`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
    const config = await certificateFiles(directory, names, days);
    const server = await Server.start({ tls: config });
    try {
      assert.deepEqual((await degraded(server)).map((one) => one.code), [code]);
      await happens(() => server.output.includes(`degraded part=${code} `));
      await certificateFiles(directory, ["chat.example"], 90);
      const environment = { POSTERN_CONFIG: server.configFile };
      const { exit } = await postern(["reload", "--scope", "tls"], environment);
      assert.equal(exit, 0);
      await happens(() => server.output.includes(`recovered part=${code}`));
      assert.deepEqual(await degraded(server), []);
    } finally {
      await server.dispose();
      await Deno.remove(directory, { recursive: true });
    }
  });
}
