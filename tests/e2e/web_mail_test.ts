/**
 * A client over WebIMAP and WebSMTP and a real Delta Chat core write to each
 * other, encrypted: what the one has made the other reads.
 */
import assert from "node:assert/strict";
import * as openpgp from "openpgp";
import { Socket } from "../webmail/socket.ts";
import { type User, World } from "../webmail/world.ts";
import { Core, type Member } from "./core.ts";

const SELF = 1; // as cores call themselves

/** A person with a key, and mail over HTTP alone. */
class WebPerson {
  #counter = 0;
  private constructor(
    readonly user: User,
    readonly keys: openpgp.PrivateKey,
  ) {}

  static async make(user: User): Promise<WebPerson> {
    const { privateKey } = await openpgp.generateKey({
      type: "ecc",
      curve: "ed25519Legacy",
      userIDs: [{ email: user.address }],
      format: "object",
    });
    return new WebPerson(user, privateKey);
  }

  /** What mail programs that encrypt say of their key (Autocrypt 1.1 §2). */
  get #autocrypt(): string {
    const key = this.keys.toPublic().write().toBase64();
    const folded = key.replace(/.{70}/g, "$&\r\n ");
    return `Autocrypt: addr=${this.user.address}; prefer-encrypt=mutual;\r\n` +
      ` keydata=${folded}`;
  }

  /** As cores write: the whole of it encrypted and signed. */
  async message(
    to: string,
    key: openpgp.Key,
    text: string,
  ): Promise<string> {
    const id = `web-${++this.#counter}-${crypto.randomUUID()}@localhost`;
    const header = [
      `From: <${this.user.address}>`,
      `To: <${to}>`,
      `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
      `Message-ID: <${id}>`,
      "Chat-Version: 1.0",
      this.#autocrypt,
    ];
    const inner = [
      'Content-Type: text/plain; charset=utf-8; protected-headers="v1"',
      ...header,
      "Subject: Message from the web",
      "",
      text,
      "",
    ].join("\r\n");
    const armored = await openpgp.encrypt({
      message: await openpgp.createMessage({
        binary: new TextEncoder().encode(inner),
      }),
      encryptionKeys: [key, this.keys.toPublic()],
      signingKeys: this.keys,
    });
    return [
      ...header,
      "Subject: [...]",
      "MIME-Version: 1.0",
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
      ' boundary="b"',
      "",
      "--b",
      "Content-Type: application/pgp-encrypted",
      "",
      "Version: 1",
      "",
      "--b",
      "Content-Type: application/octet-stream",
      "",
      String(armored).replace(/\r?\n/g, "\r\n"),
      "--b--",
      "",
    ].join("\r\n");
  }

  async read(body: string): Promise<string> {
    const [armored] =
      /-----BEGIN PGP MESSAGE-----[^]*?-----END PGP MESSAGE-----/
        .exec(body) ?? [];
    assert.ok(armored, body);
    const { data } = await openpgp.decrypt({
      message: await openpgp.readMessage({ armoredMessage: armored }),
      decryptionKeys: this.keys,
    });
    return String(data);
  }
}

/** The key of a core's owner, as it gives it to others. */
async function keyOf(member: Member): Promise<openpgp.Key> {
  const card = await member.rpc.makeVcard(member.id, [SELF]);
  const [, base64] =
    /^KEY:data:application\/pgp-keys;base64\\?,([A-Za-z0-9+/=]+)/m
      .exec(card) ?? [];
  assert.ok(base64, card);
  return await openpgp.readKey({
    binaryKey: Uint8Array.fromBase64(base64),
  });
}

Deno.test("a core and a client over HTTP chat with each other", async () => {
  const world = await World.open();
  const core = await Core.start();
  try {
    const ann = await WebPerson.make(await world.account("ann"));
    const bob = await core.signUp(world.server, "bob");
    const key = await keyOf(bob);
    const socket = await Socket.open(ann.user);

    const first = await ann.message(bob.address, key, "Hello from the web");
    await socket.result("send", { to: [bob.address], body: first });
    const got = await core.until(
      "message from the web",
      () => find(bob, "Hello from the web"),
    );
    const message = await bob.rpc.getMessage(bob.id, got);
    assert.equal(message.showPadlock, true, "encrypted and signed");
    await bob.rpc.acceptChat(bob.id, message.chatId);
    await bob.rpc.miscSendTextMessage(
      bob.id,
      message.chatId,
      "Hello from the core",
    );

    const seen: string[] = [];
    while (!seen.some((text) => text.includes("Hello from the core"))) {
      const { action, data } = await socket.next();
      assert.equal(action, "new_message");
      const { body } = await socket.result("fetch", { uid: data.uid });
      if (body.includes("PGP MESSAGE")) seen.push(await ann.read(body));
    }
    const again = await ann.message(bob.address, key, "Once more by REST");
    assert.equal((await ann.user.send(bob.address, again)).status, 200);
    await core.until(
      "the second message",
      () => find(bob, "Once more by REST"),
    );
    await socket.close();
  } finally {
    await core.dispose();
    await world.close();
  }
});

async function find(member: Member, text: string): Promise<number | undefined> {
  const found = await member.rpc.searchMessages(member.id, text, null);
  return found[0];
}
