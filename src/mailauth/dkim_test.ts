import assert from "node:assert/strict";
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { DnsTestServer } from "../../tests/harness/dns_server.ts";
import { systemRandom } from "../base/random.ts";
import { Resolver } from "../dns/resolver.ts";
import { parseHeader } from "../mail/header.ts";
import { DkimBodyHash } from "./dkim_body_hash.ts";
import {
  dkimSignature,
  type DkimSigningKey,
} from "../../tests/harness/dkim_signature.ts";
import { type DkimVerdict, DkimVerification } from "./dkim_verify.ts";

const NOW = 1_800_000_000;
const encoder = new TextEncoder();
const HEADER = [
  "From: <ann@a.example>",
  "To: Bob",
  "\t<bob@b.example>",
  "Subject: [...]",
  "Message-ID: <1@a.example>",
  "Chat-Version: 1.0",
  "X-Other: not signed",
  "",
  "",
].join("\r\n");
const BODY = "Hello \t world  \r\n\r\nlast\r\n\r\n\r\n";

function newKey(kind: "rsa" | "ed25519"): { key: KeyObject; record: string } {
  if (kind === "ed25519") {
    const pair = generateKeyPairSync("ed25519");
    const spki = pair.publicKey.export({ type: "spki", format: "der" });
    const p = spki.subarray(-32).toString("base64");
    return { key: pair.privateKey, record: `v=DKIM1; k=ed25519; p=${p}` };
  }
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = pair.publicKey.export({ type: "spki", format: "der" });
  return {
    key: pair.privateKey,
    record: `v=DKIM1; k=rsa; p=${spki.toString("base64")}`,
  };
}

const RSA = newKey("rsa");
const ED = newKey("ed25519");

const KEYS: Record<"rsa" | "ed25519", DkimSigningKey> = {
  rsa: {
    domain: "a.example",
    selector: "one",
    algorithm: "rsa-sha256",
    key: RSA.key,
  },
  ed25519: {
    domain: "a.example",
    selector: "two",
    algorithm: "ed25519-sha256",
    key: ED.key,
  },
};

function sign(
  kind: "rsa" | "ed25519",
  { header = HEADER, body = BODY, at = NOW } = {},
): string {
  const hash = new DkimBodyHash();
  hash.update(encoder.encode(body));
  const field = dkimSignature(
    parseHeader(encoder.encode(header)),
    hash.digest(),
    KEYS[kind],
    at,
  );
  return new TextDecoder().decode(field) + header;
}

async function verdictOf(
  header: string,
  body: string,
  dns: Resolver,
): Promise<DkimVerdict> {
  const parsed = parseHeader(encoder.encode(header));
  const verification = new DkimVerification(parsed, { dns, nowSeconds: NOW });
  const octets = encoder.encode(body);
  for (let at = 0; at < octets.length; at += 7) {
    await verification.write(octets.subarray(at, at + 7));
  }
  return await verification.finish();
}

async function withDns(
  test: (dns: Resolver, server: DnsTestServer) => Promise<void>,
): Promise<void> {
  await using server = DnsTestServer.start({
    "one._domainkey.a.example": { TXT: [RSA.record] },
    "two._domainkey.a.example": { TXT: [ED.record] },
  });
  const dns = new Resolver({
    servers: () => [server.server],
    timeoutMs: 60_000,
    clock: { now: () => 0, monotonic: () => 0 },
    random: systemRandom,
  });
  await test(dns, server);
}

for (const kind of ["rsa", "ed25519"] as const) {
  Deno.test(`dkimSignature() with ${kind} holds until something that matters changes`, () =>
    withDns(async (dns) => {
      const signed = sign(kind);
      assert.match(signed, /^DKIM-Signature: [^]*\r\nFrom:/);
      assert.ok(signed.split("\r\n").every((line) => line.length <= 200));
      const good = { passed: ["a.example"], temporary: false, signed: true };
      assert.deepEqual(await verdictOf(signed, BODY, dns), good);
      const harmless = signed.replace("not signed", "changed");
      assert.deepEqual(await verdictOf(harmless, `${BODY}\r\n`, dns), good);
      for (
        const [header, body] of [
          [signed, BODY.replace("last", "lost")],
          [signed.replace("<bob@", "<eve@"), BODY],
          [signed.replace("Subject", "Cc: <eve@a.example>\r\nSubject"), BODY],
          [`From: <eve@a.example>\r\n${signed}`, BODY],
          [signed.replace("Chat-Version: 1.0\r\n", ""), BODY],
        ] as const
      ) {
        assert.deepEqual((await verdictOf(header, body, dns)).passed, []);
      }
    }));
}

Deno.test("DkimVerification reads a key that was entered with the marks of a zone file", () =>
  withDns(async (dns, server) => {
    const written = `"${RSA.record.replaceAll(";", "\\;")}"`;
    server.zone.set("one._domainkey.a.example", { TXT: [written] });
    const { passed } = await verdictOf(sign("rsa"), BODY, dns);
    assert.deepEqual(passed, ["a.example"]);
  }));

Deno.test("DkimVerification tells a missing key from one that cannot be looked up", () =>
  withDns(async (dns, server) => {
    const signed = sign("rsa");
    server.zone.set("one._domainkey.a.example", { trouble: "SERVFAIL" });
    assert.equal((await verdictOf(signed, BODY, dns)).temporary, true);
    server.zone.delete("one._domainkey.a.example");
    const verdict = await verdictOf(signed, BODY, dns);
    assert.deepEqual(verdict, { passed: [], temporary: false, signed: true });
  }));

Deno.test("DkimVerification asks for a key again before it says that a signature fails", () =>
  withDns(async (dns, server) => {
    server.zone.set("one._domainkey.a.example", {
      TXT: [newKey("rsa").record],
    });
    const signed = sign("rsa");
    assert.deepEqual((await verdictOf(signed, BODY, dns)).passed, []);
    server.zone.set("one._domainkey.a.example", { TXT: [RSA.record] });
    assert.deepEqual((await verdictOf(signed, BODY, dns)).passed, [
      "a.example",
    ]);
  }));

for (
  const [what, header] of [
    ["from the future", sign("rsa", { at: NOW + 700 })],
    ["expired", sign("rsa", { at: NOW - 8 * 86_400 })],
    ["over a part of the body", sign("rsa").replace(" t=", " l=5; t=")],
    ["with SHA-1", sign("rsa").replace("rsa-sha256", "rsa-sha1")],
    [
      "with too many names",
      sign("rsa").replace(" h=", ` h=${"x:".repeat(300)}`),
    ],
    ["of no domain", sign("rsa").replace(/d=[^;]+;/, "")],
    ["that is no tag list", `DKIM-Signature: \x01;;==;=\r\n${HEADER}`],
    ["after five others", "DKIM-Signature: v=1\r\n".repeat(5) + sign("rsa")],
    [
      "in a header of too many lines",
      sign("rsa", {
        header: `X: 1\r\n${" y\r\n".repeat(1000)}${HEADER}`,
      }),
    ],
  ] as const
) {
  Deno.test(`DkimVerification takes no signature ${what}`, () =>
    withDns(async (dns, server) => {
      const verdict = await verdictOf(header, BODY, dns);
      assert.deepEqual(verdict, { passed: [], temporary: false, signed: true });
      assert.equal(server.questions.length, 0);
    }));
}

Deno.test("DkimVerification gives up on a body of one endless line", () =>
  withDns(async (dns) => {
    const body = "x".repeat(200_000);
    const header = sign("rsa", { body });
    const parsed = parseHeader(encoder.encode(header));
    const verification = new DkimVerification(parsed, { dns, nowSeconds: NOW });
    for (let i = 0; i < 4; i++) {
      await verification.write(encoder.encode("x".repeat(50_000)));
    }
    assert.deepEqual((await verification.finish()).passed, []);
  }));

Deno.test("DkimVerification says that there was no signature", () =>
  withDns(async (dns) => {
    assert.deepEqual(await verdictOf(HEADER, BODY, dns), {
      passed: [],
      temporary: false,
      signed: false,
    });
  }));

Deno.test("a key that was written as PEM signs", () => {
  const pem = RSA.key.export({ type: "pkcs8", format: "pem" });
  const key = { ...KEYS.rsa, key: createPrivateKey(pem) };
  const header = parseHeader(encoder.encode(HEADER));
  assert.ok(dkimSignature(header, "x", key, NOW).length > 300);
});
