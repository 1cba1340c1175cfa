/**
 * The account at an authority, one file for each directory: its key is ours,
 * and an account of a test directory is not used at the real one.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { AccountKey, bindExternally } from "./keys/account_key.ts";
import { decodeBase64url } from "./base64url.ts";
import { readKept, writeKept } from "../kept_files.ts";
import type { AcmeSession } from "./session.ts";
import { parseJson } from "./shapes.ts";
import { AcmeTrouble } from "./trouble.ts";

const KEPT_ACCOUNT = v.object({
  directory: v.string(),
  key: v.record(v.string(), v.unknown()),
});

const SHOWN_ACCOUNT = v.object({ contact: v.array(v.string()) });

export interface AccountWishes {
  /** "" for none. */
  readonly email: string;
  /** What an authority gave that has customers (RFC 8555 §7.3.4). */
  readonly external?: { readonly kid: string; readonly hmacKey: string };
}

/** The key of the account there, made where there is none. */
export async function accountKeyFor(
  folder: string,
  directoryUrl: string,
): Promise<AccountKey> {
  const path = join(folder, await fileNameOf(directoryUrl));
  const text = await readKept(path);
  if (text !== undefined) {
    const kept = v.safeParse(KEPT_ACCOUNT, parseJson(text));
    if (kept.success) {
      try {
        return await AccountKey.import(kept.output.key as JsonWebKey);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
  }
  const key = await AccountKey.generate();
  const row = { directory: directoryUrl, key: await key.export() };
  await writeKept(path, `${JSON.stringify(row)}\n`);
  return key;
}

/** Finds the account of the session's key, or makes it (RFC 8555 §7.3). @throws {AcmeTrouble} */
export async function openAccount(
  session: AcmeSession,
  { email, external }: AccountWishes,
): Promise<void> {
  const { newAccount, meta } = await session.directory();
  if (meta.externalAccountRequired && external === undefined) {
    throw new AcmeTrouble(
      "refused",
      "This authority needs acme.eab_kid and acme.eab_hmac_file",
    );
  }
  const contact = email === "" ? [] : [`mailto:${email}`];
  const { status, headers, body } = await session.post(newAccount, {
    termsOfServiceAgreed: true,
    ...(email === "" ? {} : { contact }),
    ...(external === undefined ? {} : {
      externalAccountBinding: await bindExternally(session.key, {
        kid: external.kid,
        secret: decodeBase64url(external.hmacKey),
        url: newAccount,
      }),
    }),
  });
  const account = headers.get("location");
  if (account === null) {
    throw new AcmeTrouble("protocol", "The authority names no account");
  }
  session.account = account;
  const isOld = status === 200; // RFC 8555 §7.3.1
  if (isOld && !isContact(parseJson(body), contact)) {
    await session.post(account, { contact }); // §7.3.2
  }
}

/** An authority that does not say is told. */
function isContact(account: unknown, contact: readonly string[]): boolean {
  const shown = v.safeParse(SHOWN_ACCOUNT, account);
  const known = shown.success ? shown.output.contact : [];
  return known.join() === contact.join();
}

/** Readable by its host, distinct by its hash. */
async function fileNameOf(directoryUrl: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(directoryUrl),
  );
  const hash = new Uint8Array(digest, 0, 4).toHex();
  const host = URL.parse(directoryUrl)?.hostname ?? "directory";
  return `account-${host.replaceAll(/[^a-z0-9.-]/g, "_")}-${hash}.json`;
}
