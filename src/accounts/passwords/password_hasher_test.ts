import assert from "node:assert/strict";
import { secretOf, secretOfText } from "../../base/secret.ts";
import { Buffer } from "node:buffer";
import { createHash, scryptSync } from "node:crypto";
import { systemRandom } from "../../base/random.ts";
import { ForeignHashes } from "./foreign_hash.ts";
import { HashGate } from "./hash_gate.ts";
import { PasswordHasher } from "./password_hasher.ts";
import {
  type ForeignPassword,
  parseStoredPassword,
} from "./stored_password.ts";
import { TestTime } from "../../../tests/harness/test_time.ts";

function parts() {
  const time = new TestTime();
  const foreign = new ForeignHashes({
    clock: time,
    timers: time,
    onDeath() {},
  });
  const gate = new HashGate({
    concurrency: () => 2,
    clock: time,
    timers: time,
  });
  const hasher = new PasswordHasher({
    random: systemRandom,
    gate,
    foreign,
    scryptLn: () => 10,
  });
  return { time, foreign, hasher };
}

const STRONG = "Zj4qL0vXt8sYb2RwKc6nPm";

Deno.test("make() gives a strong password one round of SHA-256", async () => {
  const { hasher } = parts();
  const stored = await hasher.make(secretOfText(STRONG), "chosen");
  assert.match(stored, /^sha256:[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/]{43}=$/);
  assert.equal(await hasher.verify(stored, secretOfText(STRONG)), true);
  assert.equal(await hasher.verify(stored, secretOfText(STRONG + "x")), false);
  assert.notEqual(await hasher.make(secretOfText(STRONG), "chosen"), stored);
});

Deno.test("make() gives a weak password scrypt, unless we drew it", async () => {
  const { hasher } = parts();
  const stored = await hasher.make(secretOfText("password1"), "chosen");
  assert.match(
    stored,
    /^scrypt:10:8:1:[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/]{43}=$/,
  );
  assert.equal(await hasher.verify(stored, secretOfText("password1")), true);
  assert.equal(await hasher.verify(stored, secretOfText("password2")), false);
  assert.match(
    await hasher.make(secretOfText("password1"), "generated"),
    /^sha256:/,
  );
});

const TAG = Buffer.from(
  "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
  "hex",
).toString("base64");
const SALT = Buffer.from("somesalt").toString("base64");
const SCRYPT_KEY = Buffer.from(
  "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  "hex",
).toString("base64");

const VECTORS: [string, string, string][] = [
  // RFC 7914 §12
  [
    "scrypt",
    `scrypt:14:8:1:${
      Buffer.from("SodiumChloride").toString("base64")
    }:${SCRYPT_KEY}`,
    "pleaseletmein",
  ],
  // from the reference implementations
  ["argon2id with two passes", `argon2:2:256:1:${SALT}:${TAG}`, "password"],
  [
    "bcrypt",
    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    "U*U",
  ],
  [
    "sha256-crypt",
    "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    "Hello world!",
  ],
  [
    "sha512-crypt with rounds",
    "{SHA512-CRYPT}$6$rounds=10000$saltstringsaltst$" +
    "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
    "Hello world!",
  ],
];
const OCTETS = Buffer.from([0xff, 0xfe, 0x41, 0xc3]);
/** Of the octets above, by node:crypto, argon2-cffi and libxcrypt. */
const OCTET_VECTORS: [string, string][] = [
  [
    "sha256",
    `sha256:${SALT}:${
      createHash("sha256").update("somesalt").update(OCTETS).digest("base64")
    }`,
  ],
  [
    "scrypt",
    `scrypt:10:8:1:${SALT}:${
      scryptSync(OCTETS, "somesalt", 32, { N: 1024, r: 8, p: 1 })
        .toString("base64")
    }`,
  ],
  [
    "argon2id",
    `argon2:2:256:1:${SALT}:EtFy164RUNEir5NaPUITp6MVjJXS3q5UiXSW+/6g8V8=`,
  ],
  ["bcrypt", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.Na5Dbzajtv/MClRtN2i6nf82NZEuUf6"],
  ["sha256-crypt", "$5$saltstring$yLPiGkqyzHYGu.4kTHfqwIeIKDGsB7Asj.fxQNIgGZ9"],
  [
    "sha512-crypt",
    "$6$saltstring$CKvrysVVkXs5.Rkr0WVyVTRRmiEM6wevA8FS0fy0xJjSKoSxPPJuzZviBVcF2UDahGkTiT3Vy7SWmliCjsPOv0",
  ],
];
for (const [name, stored] of OCTET_VECTORS) {
  Deno.test(`verify() takes octets that are no text for ${name}`, async () => {
    const { hasher, foreign } = parts();
    assert.equal(await hasher.verify(stored, secretOf(OCTETS)), true);
    for (const others of [[0xfe, 0xff, 0x41, 0xc3], [0xff, 0xfe, 0x41, 0x80]]) {
      const secret = secretOf(Uint8Array.from(others));
      assert.equal(await hasher.verify(stored, secret), false);
    }
    const replaced = secretOfText(new TextDecoder().decode(OCTETS));
    assert.equal(await hasher.verify(stored, replaced), false);
    foreign.close();
  });
}

for (const [name, stored, password] of VECTORS) {
  Deno.test(`verify() checks ${name}`, async () => {
    const { hasher, foreign } = parts();
    assert.equal(await hasher.verify(stored, secretOfText(password)), true);
    assert.equal(
      await hasher.verify(stored, secretOfText(password + "x")),
      false,
    );
    foreign.close();
  });
}

Deno.test("verify() minds the time parameter of argon2", async () => {
  const { hasher, foreign } = parts();
  const stored = `argon2:1:256:1:${SALT}:${TAG}`;
  assert.equal(await hasher.verify(stored, secretOfText("password")), false);
  foreign.close();
});

Deno.test("verify() against an unreadable form is false", async () => {
  const { hasher } = parts();
  assert.equal(
    await hasher.verify("{PLAIN}password1", secretOfText("password1")),
    false,
  );
});

Deno.test("ForeignHashes ends its worker when idle, and starts it again", async () => {
  const { time, foreign, hasher } = parts();
  const [, stored, password] = VECTORS[2]!;
  assert.equal(time.pending, 0);
  assert.equal(await hasher.verify(stored, secretOfText(password)), true);
  assert.equal(time.pending, 1);
  await time.pass(120_000);
  assert.equal(time.pending, 0);
  assert.equal(await hasher.verify(stored, secretOfText(password)), true);
  foreign.close();
});

Deno.test("ForeignHashes answers as temporary when its worker dies, tells it, and starts another", async () => {
  const RealWorker = globalThis.Worker;
  const guard = new URL("../../observe/threads.ts", import.meta.url).href;
  const dying = `data:text/javascript,${
    encodeURIComponent(`
      import { guardThread } from "${guard}";
      guardThread();
      onmessage = () => { throw new Error("of ann@relay.example") };`)
  }`;
  const deaths: unknown[] = [];
  const time = new TestTime();
  const foreign = new ForeignHashes({
    clock: time,
    timers: time,
    onDeath: (error) => deaths.push(error),
  });
  const [, stored, password] = VECTORS[2]!;
  const parsed = parseStoredPassword(stored) as ForeignPassword;
  try {
    globalThis.Worker = class extends RealWorker {
      constructor(_url: string | URL, options?: WorkerOptions) {
        super(dying, options);
      }
    };
    await assert.rejects(foreign.verify(parsed, secretOfText(password)), {
      code: "unavailable",
    });
  } finally {
    globalThis.Worker = RealWorker;
  }
  assert.equal(deaths.length, 1);
  assert.match(String(deaths[0]), /of <address>/);
  assert.equal(await foreign.verify(parsed, secretOfText(password)), true);
  foreign.close();
});
