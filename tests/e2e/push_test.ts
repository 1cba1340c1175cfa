/**
 * A phone whose device token the core itself encrypts and registers, a proxy of
 * ours in place of the notification service, and somebody who writes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";
import { until } from "../harness/until.ts";
import { FakeProxy } from "../push/fake_proxy.ts";
import { Core, type Member } from "./core.ts";

/** Where `pip install deltachat` has put the core that can be told a token. */
const PYTHON = `${Deno.env.get("HOME")}/deltachat/bin/python`;
const PHONE = fileURLToPath(new URL("./phone.py", import.meta.url));
const DEVICE_TOKEN = "fcm-chat.example:a device of a test";
const IS_THERE = await isThere();

async function isThere(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PYTHON, {
      args: ["-c", "import deltachat.capi"],
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

class Scene {
  constructor(
    readonly ending: AsyncDisposableStack,
    readonly server: Server,
    readonly proxy: FakeProxy,
    readonly phone: Core,
    readonly ann: Member,
    readonly bob: Member,
    readonly chat: number,
  ) {}

  /** What the relay has of Ann's devices. */
  async tokens(): Promise<string | undefined> {
    const client = await ImapClient.connect(
      this.server.ports.imapTls,
      await this.server.certificate(),
    );
    await client.login(this.ann.address, this.ann.password);
    const { untagged } = await client.expectOk(
      "GETMETADATA INBOX (/private/devicetoken)",
    );
    client.close();
    const [literal] = untagged[0]?.literals ?? [];
    return literal && new TextDecoder().decode(literal);
  }

  /** Waits until the relay has one, and gives it. */
  token(): Promise<string> {
    return until("device token", () => this.tokens());
  }

  /** Bob writes, Ann's core has it, and the proxy has been asked once more. */
  async write(text: string): Promise<void> {
    const before = this.proxy.heard.length;
    await this.bob.send(this.chat, text);
    await this.proxy.hears(before + 1);
    await this.ann.receiveText(text);
  }

  async status(): Promise<{ queue_length: number; failed: number }> {
    const text = await this.server.command("push", "status", "--json");
    const { queue_length, failed_notifications } = JSON.parse(text).data;
    return { queue_length, failed: failed_notifications };
  }
}

function startPhone(): Promise<Core> {
  return Core.start({
    command: [PYTHON, PHONE],
    environment: { DEVICE_TOKEN },
  });
}

async function withScene(play: (scene: Scene) => Promise<void>) {
  await using ending = new AsyncDisposableStack();
  const proxy = await FakeProxy.start();
  ending.defer(() => proxy.close());
  const server = await Server.start({
    config: `[push]\nurl = "${proxy.url}"`,
  });
  ending.defer(() => server.dispose());
  const phone = await startPhone();
  ending.defer(() => phone.dispose());
  const desk = await Core.start();
  ending.defer(() => desk.dispose());
  const ann = await phone.signUp(server, "ann");
  const bob = await desk.signUp(server, "bob");
  const chat = await bob.join(ann);
  await play(new Scene(ending, server, proxy, phone, ann, bob, chat));
}

Deno.test({
  name: IS_THERE
    ? "push: a core's token wakes its phone, over a restart, and goes when the phone is gone"
    : `${PYTHON} has no package deltachat: no core with a device token`,
  ignore: !IS_THERE,
  async fn() {
    await withScene(async (scene) => {
      const { server, proxy, ann, bob, chat } = scene;
      const token = await scene.token();
      assert.match(token, /^openpgp:[A-Za-z0-9+/]+=*$/);
      assert.ok(!token.includes(DEVICE_TOKEN));
      await scene.write("Are you awake?");
      assert.deepEqual([...new Set(proxy.tokens)], [token]);
      assert.equal(await ann.rpc.getPushState(ann.id), "Connected");

      // the proxy is out of order, and the relay is started anew meanwhile
      proxy.otherwise = 500;
      await scene.write("And now?");
      await until(
        "failed notification",
        async () => (await scene.status()).failed > 0,
      );
      await server.end("SIGTERM");
      proxy.otherwise = 200;
      const before = proxy.heard.length;
      await server.run();
      await proxy.hears(before + 1);
      await until(
        "empty queue",
        async () => (await scene.status()).queue_length === 0,
      );
      assert.deepEqual([...new Set(proxy.tokens)], [token]);

      // the phone is gone
      await scene.phone.end();
      proxy.otherwise = 410;
      await bob.send(chat, "Gone?");
      await until(
        "end of the token",
        async () => await scene.tokens() === undefined,
      );

      // another one comes, which has no key to read what Bob writes to the first
      proxy.otherwise = 200;
      const heard = proxy.heard.length;
      const another = await startPhone();
      scene.ending.defer(() => another.dispose());
      await another.signUp(server, "ann");
      const other = await scene.token();
      assert.notEqual(other, token);
      await bob.send(chat, "On which phone are you?");
      await proxy.hears(heard + 1);
      assert.deepEqual([...new Set(proxy.tokens.slice(heard))], [other]);
      assert.ok(!server.output.includes("openpgp:"));
    });
  },
});
