/** A relay as a process, clients that register tokens, and a proxy of ours. */
import assert from "node:assert/strict";
import { TestAuthority } from "../harness/authority.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { FakeProxy } from "./fake_proxy.ts";

const PASSWORD = "correct horse battery";
const ANN = `annphones@${DOMAIN}`;
const BOB = `bobwrites@${DOMAIN}`;
const TOKEN = "openpgp:wU4DAAAAAAAAAAASAQdA+/=";
const SET = "SETMETADATA INBOX (/private/devicetoken";
const GET = "GETMETADATA INBOX (/private/devicetoken)";

class World {
  private constructor(
    readonly server: Server,
    readonly payload: string,
    readonly certificate: string,
  ) {}
  #messages = 0;

  static async open(config: string): Promise<World> {
    const server = await Server.start({ config });
    return new World(
      server,
      await encryptedPayload(500),
      await server.certificate(),
    );
  }

  async client(address = ANN): Promise<ImapClient> {
    const client = await ImapClient.connect(
      this.server.ports.imapTls,
      this.certificate,
    );
    await client.login(address, PASSWORD);
    return client;
  }

  async write(recipients: readonly string[]): Promise<void> {
    const client = await SmtpClient.submit(
      this.server.ports.submissionTls,
      this.certificate,
      BOB,
      PASSWORD,
    );
    const id = `push${this.#messages++}`;
    const { payload } = this;
    await client.send(recipients, messageOctets({ from: BOB, id, payload }));
    client.close();
  }

  // deno-lint-ignore no-explicit-any
  async data(...args: string[]): Promise<any> {
    return JSON.parse(await this.server.command(...args, "--json")).data;
  }
}

async function withWorld(
  config: string,
  test: (world: World) => Promise<void>,
): Promise<void> {
  const world = await World.open(config);
  try {
    await test(world);
  } finally {
    await world.server.dispose();
  }
}

Deno.test("phones are woken over TLS, by their token and nothing else", async () => {
  const authority = await TestAuthority.make();
  const proxy = await FakeProxy.start(await authority.issue(["127.0.0.1"]));
  const roots = await Deno.makeTempFile();
  await Deno.writeTextFile(roots, authority.rootPem);
  const config = `[push]\nurl = "${proxy.url}"\nca_file = "${roots}"`;
  await withWorld(config, async (world) => {
    assert.equal((await world.data("push", "test")).ok, true);
    const client = await world.client();
    const { untagged } = await client.expectOk("CAPABILITY");
    assert.match(untagged[0]!.text, / XDELTAPUSH\b/);
    await client.expectOk(`${SET} "${TOKEN}")`);
    await client.expectOk(`${SET} "second")`);
    (await world.client(BOB)).close();
    const before = proxy.connections;
    await world.write([ANN, BOB]);
    await proxy.hears(2);
    assert.deepEqual(proxy.tokens.toSorted(), [TOKEN, "second"]);
    for (const { headers, path } of proxy.heard) {
      assert.equal(path, "/notify");
      assert.deepEqual(Object.keys(headers).toSorted(), [
        "content-length",
        "content-type",
        "host",
        "user-agent",
      ]);
    }
    await client.expectOk(`${SET} NIL)`);
    await client.expectOk(`${SET} "third")`);
    await world.write([ANN]);
    await proxy.hears(3);
    assert.equal(proxy.tokens[2], "third");
    assert.ok(proxy.connections - before <= 2, "connections are kept");
    const status = await world.data("push", "status");
    assert.equal(status.successful_notifications, 3);
    assert.equal(status.status, "enabled");
    assert.equal(world.server.output.includes("openpgp:"), false);
    client.close();
  });
  await Deno.remove(roots);
  await proxy.close();
});

Deno.test("tokens: bounds, other forms, several, and modes that change at once", async () => {
  const proxy = await FakeProxy.start();
  await withWorld(`[push]\nurl = "${proxy.url}"`, async (world) => {
    const client = await world.client();
    const literal = (text: string) => new TextEncoder().encode(text);
    async function answer(value: string, octets?: Uint8Array) {
      return (await client.command(`${SET} ${value}`, octets)).tagged;
    }
    assert.match(await answer(`"${"x".repeat(4096)}")`), /^OK Setmetadata/);
    assert.match(
      await answer(`"${"x".repeat(4097)}")`),
      /^NO \[METADATA MAXSI/,
    );
    for (const bad of ["", "two words", "tab\\t\u0001", "é"]) {
      assert.match(await answer(`"${bad}")`), /^BAD /, bad);
    }
    assert.match(await answer("{8})", literal("li\r\neral")), /^BAD /);
    for (let n = 0; n < 60; n++) await client.expectOk(`${SET} "t${n}")`);
    const { untagged } = await client.expectOk(GET);
    const tokens = new TextDecoder().decode(untagged[0]!.literals[0]);
    assert.equal(tokens.split(" ").length, 20);
    assert.match(tokens, /\bt59\b/);
    await client.expectOk(`${SET} NIL)`);
    assert.match((await client.expectOk(GET)).untagged[0]!.text, /NIL\)/);
    await client.expectOk(`${SET} "kept")`);
    (await world.client(BOB)).close();
    await world.server.command("push", "off");
    assert.match(await answer(`"other")`), /^NO \[CANNOT\]/);
    const off = await client.expectOk("CAPABILITY");
    assert.doesNotMatch(off.untagged[0]!.text, /XDELTAPUSH/);
    await world.write([ANN]);
    await world.server.command("push", "on");
    const on = await client.expectOk("CAPABILITY");
    assert.match(on.untagged[0]!.text, /XDELTAPUSH/);
    await world.write([ANN]);
    await proxy.hears(1);
    assert.deepEqual(proxy.tokens, ["kept"]);
    client.close();
  });
  await proxy.close();
});

Deno.test("who is gone is forgotten; what failed survives kill -9 and goes once", async () => {
  const proxy = await FakeProxy.start();
  await withWorld(`[push]\nurl = "${proxy.url}"`, async (world) => {
    let client = await world.client();
    await client.expectOk(`${SET} "gone")`);
    (await world.client(BOB)).close();
    proxy.script.push(410);
    await world.write([ANN]);
    await proxy.hears(1);
    while (!/NIL\)/.test((await client.expectOk(GET)).untagged[0]!.text));
    await client.expectOk(`${SET} "phone")`);
    proxy.script.push(500);
    await world.write([ANN]);
    await proxy.hears(2);
    while ((await world.data("push", "status")).failed_notifications === 0);
    await world.data("status"); // a round through the writer later
    await world.server.end("SIGKILL");
    await world.server.run();
    client = await world.client();
    await proxy.hears(3); // eight seconds after the first
    assert.deepEqual(proxy.tokens, ["gone", "phone", "phone"]);
    while ((await world.data("push", "status")).queue_length > 0);
    proxy.otherwise = "hang";
    await world.write([ANN]);
    await proxy.hears(4);
    await world.server.end("SIGTERM");
    proxy.otherwise = 200;
    await world.server.run();
    await proxy.hears(5);
    while ((await world.data("push", "status")).queue_length > 0);
    assert.equal(proxy.heard.length, 5);
    client.close();
  });
  await proxy.close();
});
