import assert from "node:assert/strict";
import type { AccountId } from "../../base/ids.ts";
import { type Address, parseAddress } from "../../mail/address.ts";
import { OwnKeys } from "./own_keys.ts";

const ANN = {
  account: "ann@relay.example" as Address,
  accountId: 1 as AccountId,
};
const KEY = Uint8Array.from({ length: 60 }, (_, n) => n);

function field(address: string, key = KEY, more = " prefer-encrypt=mutual;") {
  const lines = key.toBase64().match(/.{1,20}/g)!.join("\r\n ");
  return `addr=${address};${more} keydata=\r\n ${lines}`;
}

class World {
  readonly stored = new Map<AccountId, Uint8Array>();
  readonly examined: Uint8Array[] = [];
  readonly bugs: unknown[] = [];
  isOn = true;
  usable = true;
  readonly keys = new OwnKeys({
    keys: {
      of: (accounts) =>
        Promise.resolve(
          new Map([...this.stored].filter(([id]) => accounts.includes(id))),
        ),
      put: (id, key) => Promise.resolve(void this.stored.set(id, key)),
      count: () => Promise.resolve(this.stored.size),
      forget: () => Promise.resolve(this.stored.clear()),
    },
    sealer: {
      isUsable: (key) => {
        this.examined.push(key);
        return Promise.resolve(this.usable);
      },
    },
    isOn: () => this.isOn,
    parse: (text) => parseAddress(text),
    reportBug: (error) => this.bugs.push(error),
  });
}

Deno.test("saw() keeps the key of the one who sends, examined once", async () => {
  const world = new World();
  for (const more of ["", " prefer-encrypt=mutual;"]) {
    world.keys.saw(ANN, field("ann@relay.example", KEY, more));
    await world.keys.settled();
  }
  assert.deepEqual(world.stored, new Map([[ANN.accountId, KEY]]));
  assert.equal(world.examined.length, 1);
  const next = KEY.toReversed();
  world.keys.saw(ANN, field("ann@relay.example", next));
  await world.keys.settled();
  assert.deepEqual(world.stored.get(ANN.accountId), next);
});

const IGNORED: Record<string, string | undefined> = {
  "no field": undefined,
  "the key of another": field("bob@relay.example"),
  "no address": field("ann"),
  "no Base64": "addr=ann@relay.example; keydata=\r\n ????",
  "no key": "addr=ann@relay.example; prefer-encrypt=mutual;",
  "a key that is too large": field(
    "ann@relay.example",
    new Uint8Array(16 * 1024 + 8),
  ),
};
for (const [name, value] of Object.entries(IGNORED)) {
  Deno.test(`saw() keeps nothing of ${name}`, async () => {
    const world = new World();
    world.keys.saw(ANN, value);
    await world.keys.settled();
    assert.deepEqual([world.stored.size, world.examined.length], [0, 0]);
  });
}

Deno.test("saw() keeps nothing that is of no use, and nothing while that is off", async () => {
  const world = new World();
  world.usable = false;
  world.keys.saw(ANN, field("ann@relay.example"));
  await world.keys.settled();
  world.isOn = false;
  world.keys.saw(ANN, field("ann@relay.example"));
  await world.keys.settled();
  assert.deepEqual([world.stored.size, world.examined.length], [0, 1]);
});

Deno.test("saw() holds no more than the keys of 256 accounts", async () => {
  const world = new World();
  for (let n = 1; n <= 1000; n++) {
    world.keys.saw(
      { ...ANN, accountId: n as AccountId },
      field("ann@relay.example"),
    );
  }
  await world.keys.settled();
  assert.ok(world.stored.size >= 256 && world.stored.size <= 257);
});

Deno.test("tidy() forgets all once keys are not to be kept", async () => {
  const world = new World();
  world.stored.set(ANN.accountId, KEY);
  await world.keys.tidy();
  assert.equal(world.stored.size, 1);
  world.isOn = false;
  await world.keys.tidy();
  assert.equal(world.stored.size, 0);
});
