import assert from "node:assert/strict";
import {
  createMessage,
  decrypt,
  generateKey,
  type PrivateKey,
  readKey,
  readMessage,
} from "openpgp";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { memoryRecords } from "../../../tests/harness/memory_records.ts";
import type { RecordSetParts } from "../../store/record_set.ts";
import { NoticeSealer } from "./sealer.ts";

const TEXT = {
  subject: "Wartung – heute",
  body: "We are down at ten.\n.\nBye",
};
const ENVELOPE = {
  sender: "admin@relay.example",
  recipient: "ann@relay.example",
  messageId: "<notice-1@relay.example>",
  writtenAt: 1_800_000_000,
};
const decoder = new TextDecoder();

function sealing(
  name: string,
  test: (
    sealer: NoticeSealer,
    store: RecordSetParts<unknown>["store"],
  ) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const store = memoryRecords();
    const sealer = await open(store);
    try {
      await test(sealer, store);
    } finally {
      sealer.close();
    }
  });
}

function open(store: RecordSetParts<unknown>["store"]): Promise<NoticeSealer> {
  const time = new TestTime();
  return NoticeSealer.open({
    store,
    clock: time,
    timers: time,
    reportBug(error) {
      throw error;
    },
  });
}

async function newKey(
  options: {
    readonly type?: "ecc" | "curve25519" | "rsa";
    readonly date?: Date;
    readonly keyExpirationTime?: number;
    readonly subkeys?: { sign: boolean }[];
  } = {},
): Promise<PrivateKey> {
  const { type = "ecc", ...rest } = options;
  const { privateKey } = await generateKey({
    type,
    ...(type === "ecc" ? { curve: "curve25519Legacy" as const } : {}),
    ...(type === "rsa" ? { rsaBits: 2048 } : {}),
    userIDs: [{ email: "ann@relay.example" }],
    ...rest,
    format: "object",
  });
  return privateKey;
}

const certificateOf = (key: PrivateKey) => key.toPublic().write();

/** What is inside, and the base64 of the key that has signed it, as the message itself names it. */
async function opened(octets: Uint8Array, key: PrivateKey) {
  const text = decoder.decode(octets);
  const [armored = ""] =
    /-----BEGIN PGP MESSAGE-----[\s\S]*-----END PGP MESSAGE-----/.exec(text) ??
      [];
  const read = async (
    verificationKeys: Awaited<ReturnType<typeof readKey>>[],
  ) =>
    await decrypt({
      message: await readMessage({ armoredMessage: armored }),
      decryptionKeys: key,
      verificationKeys,
      format: "binary",
    });
  const inner = decoder.decode((await read([])).data as Uint8Array);
  const [, keydata = ""] = /keydata=\r\n([\s\S]*?)\r\n\S/.exec(inner) ?? [];
  const certificate = keydata.replace(/\s/g, "");
  const signer = await readKey({
    binaryKey: Uint8Array.fromBase64(certificate),
  });
  const [signature] = (await read([signer])).signatures;
  await signature!.verified;
  return { inner, certificate };
}

sealing(
  "write() seals for one reader, and names who has signed",
  async (sealer, store) => {
    for (const type of ["ecc", "curve25519", "rsa"] as const) {
      const ann = await newKey({ type });
      const certificate = certificateOf(ann);
      assert.equal(await sealer.isUsable(certificate), true, type);
      const notice = await sealer.write(TEXT, ENVELOPE, certificate);
      assert.equal(notice.isEncrypted, true);
      const clear = decoder.decode(notice.octets);
      assert.match(clear, /^From: Admin <admin@relay\.example>\r\n/);
      assert.match(clear, /^Content-Type: multipart\/encrypted;/m);
      assert.doesNotMatch(clear, /Wartung|down at ten/);
      assert.equal(
        decoder.decode(notice.octets.subarray(0, notice.headerOctets)).slice(
          -4,
        ),
        "\r\n\r\n",
      );
      const { inner } = await opened(notice.octets, ann);
      assert.match(inner, /^From: Admin <admin@relay\.example>\r\n/);
      assert.match(inner, /We are down at ten=2E/);
      await assert.rejects(opened(notice.octets, await newKey()));
    }
    const rows = await store.records.load("notice_keys");
    assert.deepEqual(rows.map(({ key }) => key), ["relay.example"]);
  },
);

sealing(
  "write() signs with the same key after a restart",
  async (sealer, store) => {
    const ann = await newKey();
    const certificate = certificateOf(ann);
    const again = await open(store);
    try {
      const notices = await Promise.all([
        sealer.write(TEXT, ENVELOPE, certificate),
        sealer.write(TEXT, ENVELOPE, certificate),
      ]);
      notices.push(await again.write(TEXT, ENVELOPE, certificate));
      const signers = await Promise.all(
        notices.map(async ({ octets }) =>
          (await opened(octets, ann)).certificate
        ),
      );
      assert.equal(new Set(signers).size, 1);
    } finally {
      again.close();
    }
  },
);

sealing(
  "a key of very many parts is not looked at, whether it could be used or not",
  async (sealer) => {
    for (const [count, isUsable] of [[5, true], [30, false]] as const) {
      const subkeys = Array.from({ length: count }, () => ({ sign: false }));
      const key = certificateOf(await newKey({ subkeys }));
      assert.equal(await sealer.isUsable(key), isUsable, String(count));
    }
  },
);

sealing(
  "what nothing can be encrypted to is of no use, and read in clear",
  async (sealer) => {
    const hour = 3_600_000;
    const expired = await newKey({
      date: new Date(Date.now() - 2 * hour),
      keyExpirationTime: 60,
    });
    const forSigning = await newKey({ subkeys: [{ sign: true }] });
    const useless: Uint8Array[] = [
      new Uint8Array(),
      new Uint8Array(60).fill(0xc6),
      (await newKey()).write(),
      certificateOf(expired),
      certificateOf(forSigning),
      certificateOf(await newKey()).slice(0, -40),
      (await createMessage({ text: "x" })).write() as Uint8Array,
    ];
    for (const [n, certificate] of useless.entries()) {
      assert.equal(await sealer.isUsable(certificate), false, String(n));
      const notice = await sealer.write(TEXT, ENVELOPE, certificate);
      assert.equal(notice.isEncrypted, false);
      assert.match(decoder.decode(notice.octets), /We are down at ten/);
    }
    assert.equal(
      (await sealer.write(TEXT, ENVELOPE, undefined)).isEncrypted,
      false,
    );
  },
);
