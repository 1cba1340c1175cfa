/** Servers without a name, whose certificates nobody can verify: what is made of a change. */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import {
  closedPort,
  httpPeer,
  type PeerOptions,
  response,
  smtpPeer,
} from "./peers.ts";
import { authority, World, type WorldOptions } from "./transport_world.ts";

const LITERAL = "[127.0.0.1]";
const WEEK = 7 * 86_400;

async function selfSigned() {
  return await makeSelfSigned({
    names: ["127.0.0.1"],
    nowMs: Date.now(),
    days: 30,
  });
}

const FIRST = await selfSigned();
const SECOND = await selfSigned();
const THIRD = await selfSigned();
const VERIFIED = await authority.issue(["127.0.0.1", "b.example"]);
const PAIRS = { FIRST, SECOND, THIRD, VERIFIED };
type Pair = keyof typeof PAIRS;

type Kind = "https" | "smtp";
const PEERS = {
  https: (options: PeerOptions) =>
    httpPeer(() => response(200, "250 2.0.0 OK\n"), options),
  smtp: (options: PeerOptions) => smtpPeer({}, options),
};

/** A relay that sends to one server, which shows one certificate after the other. */
async function relay(kind: Kind, more: WorldOptions = {}) {
  const port = closedPort();
  const clear = await httpPeer(() => response(200, "250 2.0.0 OK\n"));
  const world = await World.make({
    ports: { [kind]: port, http: clear.port },
    zone: { "b.example": { A: ["127.0.0.1"] } },
    ...more,
  });
  return {
    world,
    clear,
    async send(pair: Pair, destination = LITERAL) {
      const { chainPem, keyPem } = PAIRS[pair];
      await using _ = await PEERS[kind]({ port, pair: { chainPem, keyPem } });
      const [last] = [await world.send(destination)].flat().slice(-1);
      return last?.split(" ")[0];
    },
    alarms: () => world.alarms.splice(0).map(({ kind }) => kind),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await clear[Symbol.asyncDispose]();
    },
  };
}

const PINNED: WorldOptions = { settings: { pinLiterals: true } };
const UNREACHED = "unreached";

for (const kind of ["https", "smtp"] as const) {
  Deno.test(`${kind}: another certificate is told, and mail goes on`, async () => {
    await using sender = await relay(kind);
    assert.equal(await sender.send("FIRST"), "delivered");
    assert.equal(await sender.send("FIRST"), "delivered");
    assert.deepEqual(sender.alarms(), []);
    assert.equal(await sender.send("SECOND"), "delivered");
    assert.deepEqual(sender.alarms(), ["certificate_changed"]);
    sender.world.seconds += WEEK;
    assert.equal(await sender.send("SECOND"), "delivered");
    assert.deepEqual(sender.alarms(), []);
  });

  Deno.test(`${kind}: pinned, another certificate gets nothing for a week`, async () => {
    await using sender = await relay(kind, PINNED);
    assert.equal(await sender.send("FIRST"), "delivered");
    sender.world.seen.length = 0;
    assert.equal(await sender.send("SECOND"), UNREACHED);
    assert.deepEqual(sender.alarms(), ["certificate_changed"]);
    const texts = sender.world.seen.map(({ text }) => text);
    assert.ok(
      texts.includes("the server shows another certificate than before"),
    );
    sender.world.seconds += WEEK - 1;
    assert.equal(await sender.send("SECOND"), UNREACHED);
    sender.world.seconds += 1;
    assert.equal(await sender.send("SECOND"), "delivered");
    assert.equal(await sender.send("FIRST"), UNREACHED);
    assert.equal(sender.clear.requests.length, 0); // nor does it go in clear
  });

  Deno.test(`${kind}: pinned, the week begins anew with each certificate, and when the old one comes back`, async () => {
    await using sender = await relay(kind, PINNED);
    assert.equal(await sender.send("FIRST"), "delivered");
    for (const pair of ["SECOND", "THIRD", "SECOND"] as const) {
      assert.equal(await sender.send(pair), UNREACHED);
      sender.world.seconds += WEEK - 1;
    }
    assert.equal(await sender.send("FIRST"), "delivered");
    sender.world.seconds += 1;
    assert.equal(await sender.send("SECOND"), UNREACHED);
  });

  Deno.test(`${kind}: a certificate that an authority vouches for is no such change`, async () => {
    await using sender = await relay(kind, PINNED);
    assert.equal(await sender.send("FIRST"), "delivered");
    assert.equal(await sender.send("VERIFIED"), "delivered");
    assert.equal(await sender.send("FIRST"), UNREACHED);
    assert.deepEqual(sender.alarms(), ["certificate_changed"]);
  });

  Deno.test(`${kind}: certificates of a domain are not pinned`, async () => {
    await using sender = await relay(kind, PINNED);
    for (const pair of ["FIRST", "SECOND"] as const) {
      assert.equal(await sender.send(pair, "b.example"), "delivered");
    }
    assert.deepEqual(sender.alarms(), []);
  });
}

Deno.test("what was pinned is known after a restart", async () => {
  const before = await relay("https", PINNED);
  assert.equal(await before.send("FIRST"), "delivered");
  await before[Symbol.asyncDispose]();
  const hosts = before.world.hosts.values;
  await using after = await relay("https", { ...PINNED, hosts });
  assert.equal(await after.send("SECOND"), UNREACHED);
});

Deno.test("a server of which no certificate is known may be asked in clear", async () => {
  await using sender = await relay("https", PINNED);
  assert.deepEqual(await sender.world.send(LITERAL), ["delivered"]);
  assert.equal(sender.clear.requests.length, 1);
});
