/** Whatever goes wrong is said in a sentence of the reader's language. */
import assert from "node:assert/strict";
import * as openpgp from "../../web/browser/openpgp.ts";
import { Refusal, type RefusalCode } from "../../src/base/refusal.ts";
import {
  faultFor,
  INTERNAL,
  messageNotFound,
  tooManyRequests,
  unknownMailbox,
} from "../../src/api/webmail/faults.ts";
import {
  RefusedError,
  RelayError,
  Unreachable,
} from "../../web/browser/app/net/mail_link.ts";
import { importKey, makeKey } from "../../web/browser/app/protocol/keys.ts";
import { useOpenPgp } from "../../web/browser/app/protocol/openpgp.ts";
import { seal } from "../../web/browser/app/protocol/seal.ts";
import { readTransfer } from "../../web/browser/app/storage/transfer.ts";
import { MemoryVault, NotKept } from "../../web/browser/app/storage/vault.ts";
import { notSent, said } from "../../web/browser/app/ui/parts/said.ts";
import {
  type Language,
  LANGUAGES,
  useCatalogue,
} from "../../web/browser/panel/i18n/translate.ts";

useOpenPgp(openpgp);

const faultOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => assert.fail("that works"), (error) => error);

/** In this language the same as one of its texts, but for what a server says. */
async function catalogueOf(name: Language): Promise<Record<string, string>> {
  const path = new URL(`../../web/locales/${name}/app.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}

/** What may come of keys, files and the browser itself. */
async function faults(): Promise<[key: string, fault: unknown][]> {
  const own = await makeKey("ann@relay.example");
  const generate = openpgp.generateKey as unknown as (
    options: unknown,
  ) => Promise<{ readonly privateKey: string }>;
  const { privateKey } = await generate({
    userIDs: [{ name: "Ann" }],
    passphrase: "right",
  });
  const unlocked = await openpgp.readPrivateKey({ armoredKey: own.armored });
  return [
    ["no_key", await faultOf(importKey("no key"))],
    ["no_key", await faultOf(importKey("x".repeat(100_000)))],
    ["no_key", await faultOf(importKey(own.armored.replace(/\n\w{8}/, "\n")))],
    ["wrong_passphrase", await faultOf(importKey(privateKey, "wrong"))],
    ["unknown", await faultOf(seal("Hi", unlocked, ["AAAA"]))],
    ["unknown", new TypeError("undefined is not a function")],
    ["unknown", "a text"],
    ["unknown", undefined],
    ["no_transfer", await faultOf(readTransfer("", "", new MemoryVault()))],
    ["no_room", new NotKept("Not kept")],
    ["unreachable", new Unreachable("TypeError: Failed to fetch")],
    ["refused", new RefusedError("invalid credentials")],
    ["no_file", new DOMException("gone", "NotReadableError")],
    ["not_permitted", new DOMException("no", "NotAllowedError")],
    ["unknown", new DOMException("odd", "OperationError")],
    ["nobody", new Error("nobody")],
  ];
}

/** What the relay says. */
const REFUSALS: readonly (readonly [key: string, code: RefusalCode])[] = [
  ["message_too_large", "message_too_large"],
  ["message_too_large", "header_too_large"],
  ["mailbox_full", "quota_exceeded"],
  ["not_allowed", "policy_rejection"],
  ["not_allowed", "federation_off"],
  ["too_much", "too_much_mail"],
  ["too_much", "too_many_recipients"],
  ["too_much", "too_many_requests"],
  ["no_such_user", "no_such_user"],
  ["no_such_domain", "no_such_domain"],
  ["folder_gone", "no_such_mailbox"],
  ["folder_exists", "mailbox_exists"],
  ["folder_name", "mailbox_name_invalid"],
  ["password_too_short", "password_too_short"],
  ["password_invalid", "password_invalid"],
];

for (const language of Object.keys(LANGUAGES) as Language[]) {
  Deno.test(`every error is a sentence in ${LANGUAGES[language]}`, async () => {
    const words = await catalogueOf(language);
    useCatalogue(language, words);
    const silent = { error: () => {} };
    const { console: before } = globalThis;
    try {
      Object.assign(globalThis, { console: silent });
      for (const [key, fault] of await faults()) {
        assert.ok(words[`app.error.${key}`], key);
        assert.equal(
          said(fault),
          words[`app.error.${key}`],
          `${key}: ${fault}`,
        );
      }
    } finally {
      Object.assign(globalThis, { console: before });
    }
    for (const [key, code] of REFUSALS) {
      const { text, code: name } = faultFor(new Refusal(code))!;
      const sentence = words[`app.error.${key}`];
      assert.ok(sentence, key);
      assert.equal(said(new RelayError(text, name)), sentence, code);
      if (!/^password/.test(code)) assert.equal(notSent(text), sentence, code);
    }
    for (
      const [key, { text, code }] of [
        ["relay_later", INTERNAL],
        ["message_gone", messageNotFound()],
        ["folder_gone", unknownMailbox()],
        ["too_much", tooManyRequests(1)],
      ] as const
    ) {
      assert.equal(said(new RelayError(text, code)), words[`app.error.${key}`]);
    }
    const odd = said(new RelayError("554 5.6.0 Something of its own"));
    assert.match(odd, /554 5\.6\.0 Something of its own/);
    assert.notEqual(odd, "554 5.6.0 Something of its own");
    assert.equal(notSent("unknown"), words["app.error.unknown"]);
    const own = "Diese Adresse gibt es schon.";
    assert.equal(said(new RelayError(own, "taken", true)), own);
  });
}
