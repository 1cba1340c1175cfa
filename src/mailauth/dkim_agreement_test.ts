/** What we take of signatures against what `npm:mailauth`'s own verifier takes, over messages that are changed anyhow. @module */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { DkimVerifier } from "mailauth/lib/dkim/dkim-verifier.js";
import { type Dns, DnsFailure } from "../dns/answers.ts";
import { parseHeader } from "../mail/header.ts";
import { DkimVerification } from "./dkim_verify.ts";

const NOW = 1_800_000_000;
const ROUNDS = 400;
const encoder = new TextEncoder();

const KEYS = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 1024 }),
  ed25519: generateKeyPairSync("ed25519"),
};
type Kind = keyof typeof KEYS;
const RECORDS = new Map((["rsa", "ed25519"] as const).map((kind) => {
  const der = KEYS[kind].publicKey.export({ type: "spki", format: "der" });
  const p = der.subarray(kind === "ed25519" ? -32 : 0).toString("base64");
  return [`${kind}._domainkey.a.example`, `v=DKIM1; k=${kind}; p=${p}`];
}));

const HEADER = [
  "From: Ann <ann@a.example>",
  "To:  Bob ,\r\n\t <bob@b.example> ",
  "Subject: one  two\t three",
  "Subject: second",
  "X-Empty:",
].map((field) => `${field}\r\n`);
const BODY = "Hello \t world  \r\n\r\n  last line\t\r\n\r\n\r\n";

/** Of plain octets, so that it is another reading of RFC 6376 §3.4 than either. */
function relaxedField(field: string): string {
  const [name, ...value] = field.split(":");
  const text = value.join(":").replace(/\r\n/g, "").replace(/[ \t]+/g, " ");
  return `${name!.trim().toLowerCase()}:${text.trim()}`;
}

function canonicalBody(form: string, body: string): string {
  const lines = form === "simple"
    ? body
    : body.replace(/[ \t]+/g, " ").replace(/ \r\n/g, "\r\n");
  return lines.replace(/(?:\r\n)*$/, "\r\n");
}

function signed(kind: Kind, header: string, body: string): string {
  const names = ["from", "to", "subject", "subject", "subject", "x-empty"];
  const field = `DKIM-Signature: v=1; a=${kind}-sha256; c=${header}/${body};` +
    `\r\n d=a.example; s=${kind}; h=${names.join(" :")};\r\n bh=${
      createHash("sha256").update(canonicalBody(body, BODY)).digest("base64")
    }; b=`;
  const form = (one: string) => header === "simple" ? one : relaxedField(one);
  const left = HEADER.map((one) => one.slice(0, -2));
  const lines = names.flatMap((name) => {
    const at = left.findLastIndex((one) =>
      one.toLowerCase().startsWith(`${name}:`)
    );
    return at < 0 ? [] : left.splice(at, 1);
  });
  const octets = Buffer.from([...lines, field].map(form).join("\r\n"));
  const signature = kind === "rsa"
    ? sign("sha256", octets, KEYS.rsa.privateKey)
    : sign(
      null,
      createHash("sha256").update(octets).digest(),
      KEYS.ed25519.privateKey,
    );
  const folded = signature.toString("base64").replace(/.{60}/g, "$&\r\n\t");
  return `${field}${folded}\r\n`;
}

const CHANGES: readonly ((message: string, random: () => number) => string)[] =
  [
    (message) => message,
    (message) => message.replace("a@", "b@"),
    (message) =>
      message.replace(/b=(.)/, (_, one) => one === "A" ? "b=B" : "b=A"),
    (message) => message.replace("v=1; ", ""),
    (message) => message.replace(/ c=[^;]*;/, ""),
    (message) => message.replace("; h=", "; H="),
    (message) => message.replace("a.example; s=", "A.example; s="),
    (message) => message.replace("; h=", "; x=1700000000; h="),
    (message) => message.replace("X-Empty:", "X-Empty: \t"),
    (message) => message.replace("second", "third"),
    (message) => `${message}\r\n\r\n`,
    (message) => message.replace("  last", "\tlast"),
    (message) => message.replace("\r\n\r\nHello", "\r\n\r\nhello"),
    (message) => message.slice(0, message.indexOf("Hello")),
    (message, random) => {
      const at = Math.floor(random() * message.length);
      return `${message.slice(0, at)} ${message.slice(at)}`;
    },
    (message, random) => {
      const at = Math.floor(random() * message.length);
      return `${message.slice(0, at)}${message.slice(at + 1)}`;
    },
    (message, random) => {
      const at = Math.floor(random() * message.length);
      const code = 33 + Math.floor(random() * 90);
      return `${message.slice(0, at)}${String.fromCharCode(code)}${
        message.slice(at + 1)
      }`;
    },
  ];

/** The same numbers in each run. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const DNS: Pick<Dns, "texts"> = {
  texts(name) {
    const record = RECORDS.get(name.toLowerCase());
    if (record === undefined) throw new DnsFailure("no_such_name", name);
    return Promise.resolve({ values: [record], ttlSeconds: 60 });
  },
};

async function ours(header: string, body: string): Promise<string[]> {
  const verification = new DkimVerification(
    parseHeader(encoder.encode(header)),
    { dns: DNS as Dns, nowSeconds: NOW },
  );
  verification.write(encoder.encode(body));
  return [...(await verification.finish()).passed];
}

async function theirs(message: string): Promise<string[]> {
  const verifier = new DkimVerifier({
    curTime: new Date(NOW * 1000),
    resolver: (name: string) => {
      const record = RECORDS.get(name.toLowerCase());
      if (record !== undefined) return Promise.resolve([[record]]);
      return Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" }));
    },
  });
  await new Promise<void>((resolve, reject) => {
    verifier.once("error", reject);
    verifier.end(Buffer.from(message), () => resolve());
  });
  return verifier.results.filter((
    { status }: { status: { result: string } },
  ) => status.result === "pass").map((
    { signingDomain }: { signingDomain: string },
  ) => signingDomain.toLowerCase());
}

Deno.test("DkimVerification agrees with mailauth's verifier about messages that were changed", async () => {
  const random = repeatable(1);
  const one = <T>(list: readonly T[]) =>
    list[Math.floor(random() * list.length)]!;
  let passed = 0;
  let failed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const fields = [one(["rsa", "ed25519"] as const), one(["rsa"] as const)]
      .map((kind) =>
        signed(kind, one(["simple", "relaxed"]), one(["simple", "relaxed"]))
      );
    const message = one(CHANGES)(
      `${fields.join("")}${HEADER.join("")}\r\n${BODY}`,
      random,
    );
    const bodyAt = message.search(/\r\n\r\n/) + 4;
    const header = message.slice(0, bodyAt);
    // mail with another header is refused before its signatures count
    if (bodyAt < 4 || parseHeader(encoder.encode(header)).malformed) continue;
    const expected = await theirs(message);
    assert.deepEqual(
      await ours(header, message.slice(bodyAt)),
      expected,
      message,
    );
    passed += expected.length;
    failed += 2 - expected.length;
  }
  assert.ok(passed > 200 && failed > 100, `${passed} passed, ${failed} failed`);
});
