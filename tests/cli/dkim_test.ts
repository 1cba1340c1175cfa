/** What is to be published, and whether it is, on the command line of a relay that does not run. @module */
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { newKey } from "../../src/federation/dkim/key_material.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { Installation, type Outcome } from "./command_line.ts";

interface Key {
  readonly domain: string;
  readonly selector: string;
  readonly state: string;
  readonly name: string;
  readonly value: string;
  readonly zone: string;
}

/** A relay that asks a DNS of the test. */
async function relayTest(
  toml: string,
  work: (relay: Installation, dns: DnsTestServer) => Promise<void>,
): Promise<void> {
  await using dns = DnsTestServer.start();
  const { port } = dns.server;
  const relay = new Installation(
    `${toml}\n[dns]\nservers = "127.0.0.1:${port}"\n`,
  );
  try {
    await work(relay, dns);
  } finally {
    relay.dispose();
  }
}

function dataOf<T>({ out, err }: Outcome): T {
  assert.notEqual(out, "", err);
  return JSON.parse(out).data;
}

async function keysOf(relay: Installation, command = "dkim show") {
  return dataOf<{ keys: Key[] }>(await relay.run(`${command} --json`)).keys;
}

Deno.test("dkim show has the same record in every form, from before the first start", () =>
  relayTest('domains = ["b.example"]', async (relay) => {
    const keys = await keysOf(relay);
    assert.deepEqual(keys.map(({ name }) => name), [
      "default._domainkey.chat.example",
      "default-ed25519._domainkey.chat.example",
      "default._domainkey.b.example",
      "default-ed25519._domainkey.b.example",
    ]);
    const [{ value, zone }] = keys as [Key];
    const [, p = ""] = /^v=DKIM1; k=rsa; p=([^;]+); s=email; t=s$/.exec(value)!;
    const key = createPublicKey({
      key: Uint8Array.fromBase64(p) as never,
      format: "der",
      type: "spki",
    });
    assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048);
    const { out, exit } = await relay.run("dkim show --domain chat.example");
    assert.equal(exit, 0);
    const lines = out.split("\n");
    assert.ok(lines.includes(`value      ${value}`), out);
    assert.ok(lines.includes(`zone file  ${zone}`), out);
    assert.ok(!out.includes("b.example"));
    assert.equal((await relay.run("dkim show --domain c.example")).exit, 3);
    const file = `${relay.directory}/state/dkim/default.pem`;
    assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
  }));

Deno.test("dkim check and status end with 1 until the DNS shows the keys", () =>
  relayTest("", async (relay, dns) => {
    const before = await relay.run("dkim check");
    assert.equal(before.exit, 1);
    assert.match(before.out, /^missing +active +default\._domainkey/m);
    const keys = await keysOf(relay);
    for (const { name, value } of keys) dns.zone.set(name, { TXT: [value] });
    for (const command of ["dkim check", "dkim status"]) {
      const { exit, out } = await relay.run(command);
      assert.equal(exit, 0, out);
      assert.match(out, /^ok +active +default\._domainkey/m);
      assert.match(out, /^RSA signatures are made by /m);
    }
    dns.zone.set(keys[0]!.name, { TXT: [keys[1]!.value] });
    const other = await relay.run("dkim status --json");
    assert.equal(other.exit, 1);
    const { keys: [wrong] } = dataOf<{ keys: { record: string }[] }>(other);
    assert.equal(wrong?.record, "wrong");
    Deno.removeSync(`${relay.directory}/state/dkim/default.pem`);
    dns.zone.set(keys[0]!.name, { TXT: [keys[0]!.value] });
    const lost = await relay.run("dkim check");
    assert.equal(lost.exit, 1);
    assert.match(lost.out, /default\._domainkey\.chat\.example cannot sign: /);
  }));

Deno.test("dkim rotate makes keys that sign once the DNS shows them", () =>
  relayTest("[dkim]\ned25519 = false", async (relay, dns) => {
    const { exit, out } = await relay.run("dkim rotate");
    assert.equal(exit, 0, out);
    assert.match(out, /^value +v=DKIM1; k=rsa; p=/m);
    assert.equal((await relay.run("dkim rotate")).exit, 4);
    const [, fresh] = await keysOf(relay);
    assert.match(fresh!.selector, /^s20\d{4}$/);
    dns.zone.set(fresh!.name, { TXT: [fresh!.value] });
    await relay.run("dkim check");
    assert.deepEqual(
      (await keysOf(relay, "dkim list")).map(({ selector, state }) =>
        `${selector} ${state}`
      ),
      [`${fresh!.selector} active`, "default retired"],
    );
  }));

Deno.test("dkim import takes a key that is published already", () =>
  relayTest("[dkim]\ned25519 = false", async (relay, dns) => {
    const key = await newKey("rsa-sha256");
    const file = `${relay.directory}/old.private`;
    const pkcs1 = key.key.export({ type: "pkcs1", format: "pem" }) as string;
    Deno.writeTextFileSync(file, pkcs1);
    assert.equal((await relay.run(`dkim import ${file}`)).exit, 2);
    assert.equal(
      (await relay.run(`dkim import ${file} --selector default`)).exit,
      4,
    );
    dns.zone.set("opendkim._domainkey.chat.example", {
      TXT: [`v=DKIM1; k=rsa; p=${key.publicKey}; s=email; t=s`],
    });
    const { exit, out } = await relay.run(
      `dkim import ${file} --selector opendkim`,
    );
    assert.equal(exit, 0, out);
    assert.match(out, /^opendkim\._domainkey\.chat\.example signs/);
    Deno.writeTextFileSync(file, "nothing");
    const bad = await relay.run(`dkim import ${file} --selector another`);
    assert.equal(bad.exit, 4);
    assert.match(bad.err, /^postern: key: It is no private key in PEM/);
  }));

Deno.test("dns shows all records as a table and as a zone, and checks them", () =>
  relayTest(
    'public_ip = "203.0.113.5"\nhostname = "mx.chat.example"\n[dkim]\ned25519 = false',
    async (relay, dns) => {
      const { out } = await relay.run("dns");
      assert.match(out, /^NEED +TYPE +NAME +VALUE\n/);
      assert.match(
        out,
        /^required +MX +chat\.example +10 mx\.chat\.example\.$/m,
      );
      assert.match(out, /^required +A +mx\.chat\.example +203\.0\.113\.5$/m);
      assert.ok(!out.includes("mta-sts"), "nobody could verify it");
      const zone = await relay.run("dns records --zone");
      assert.match(
        zone.out,
        /^chat\.example\. 3600 IN MX 10 mx\.chat\.example\.$/m,
      );
      assert.match(
        zone.out,
        /^default\._domainkey\.chat\.example\. 3600 IN TXT "v=DKIM1; [^"]+" "/m,
      );
      dns.zone.set("chat.example", { MX: ["10 mx.chat.example.chat.example"] });
      const check = await relay.run("dns check");
      assert.equal(check.exit, 1);
      assert.match(
        check.out,
        /^wrong +required +MX chat\.example +.*the dot at the end/m,
      );
      assert.match(check.out, /^missing +required +TXT default\._domainkey/m);
      assert.match(
        check.out,
        /^wrong +required +https:\/\/mx\.chat\.example\.chat\.example\/mxdeliv +It has no address/m,
      );
    },
  ));

Deno.test("a relay whose domain is an address says that there is nothing to publish", async () => {
  const relay = new Installation();
  try {
    const file = `${relay.directory}/postern.toml`;
    const text = Deno.readTextFileSync(file);
    Deno.writeTextFileSync(file, text.replace("chat.example", "[192.0.2.1]"));
    for (const command of ["dkim", "dkim check", "dns", "dns check"]) {
      const { exit, out } = await relay.run(command);
      assert.equal(exit, 0, command);
      assert.match(out, /no domain but addresses/);
    }
    assert.equal((await relay.run("dkim rotate")).exit, 4);
  } finally {
    relay.dispose();
  }
});
