/**
 * All that is kept as one file, for another browser: encrypted with a code that
 * is shown once and nobody can guess.
 *
 * @module
 */
import { fromBase64, toBase64, toOctets } from "../protocol/octets.ts";
import type { Vault } from "./vault.ts";

const FORMAT = "postern-app";
const VERSION = 1;
const ROUNDS = 200_000; // the code alone has 120 bits
const GROUPS = 6;
const GROUP_LETTERS = 4;
/** 32 of them, without those that look like others. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const MAX_FILE_LETTERS = 200 * 1024 * 1024;
/** Files of chats beyond it stay where they are. */
const MAX_OCTETS = 96 * 1024 * 1024;
const NAMES =
  /^(?:account|uid|(?:contact|chat|message|file|handshake|draft):.+)$/;

type Kept = readonly [name: string, value: unknown];

export function makeCode(): string {
  const octets = crypto.getRandomValues(
    new Uint8Array(GROUPS * GROUP_LETTERS),
  );
  const letters = Array.from(octets, (octet) => LETTERS[octet % 32]).join("");
  return letters.match(new RegExp(`.{${GROUP_LETTERS}}`, "g"))!.join("-");
}

export async function writeTransfer(
  vault: Vault,
  code: string,
): Promise<string> {
  const rows: Kept[] = [];
  let octets = 0;
  for (const [name, value] of await vault.all<unknown>("")) {
    if (!NAMES.test(name)) continue; // of this browser alone
    if (!(value instanceof Uint8Array)) rows.push([name, value]);
    else if ((octets += value.length) <= MAX_OCTETS) {
      rows.push([name, { octets: toBase64(value) }]);
    }
  }
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    await keyOf(code, salt),
    toOctets(JSON.stringify(rows)),
  );
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    salt: toBase64(salt),
    iv: toBase64(iv),
    data: toBase64(new Uint8Array(data)),
  });
}

/** Puts all of it into an empty vault. @throws {Error} `no_transfer`, `newer_transfer`, `wrong_code` */
export async function readTransfer(
  text: string,
  code: string,
  vault: Vault,
): Promise<void> {
  for (const [name, value] of await opened(text, code)) {
    const octets = (value as { octets?: unknown } | null)?.octets;
    await vault.put(
      name,
      name.startsWith("file:") && typeof octets === "string"
        ? fromBase64(octets)
        : value,
    );
  }
}

async function opened(text: string, code: string): Promise<readonly Kept[]> {
  const { salt, iv, data } = envelopeOf(text);
  let plain: ArrayBuffer;
  try {
    plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv },
      await keyOf(code, salt),
      data,
    );
  } catch {
    throw new Error("wrong_code");
  }
  const rows: unknown = JSON.parse(new TextDecoder().decode(plain));
  const isWhole = Array.isArray(rows) &&
    rows.every((row) =>
      Array.isArray(row) && row.length === 2 && NAMES.test(row[0])
    );
  if (!isWhole) throw new Error("no_transfer");
  return rows;
}

function envelopeOf(text: string) {
  let file: Readonly<Record<string, unknown>>;
  try {
    if (text.length > MAX_FILE_LETTERS) throw new Error("That is too large");
    file = JSON.parse(text);
    if (file.format !== FORMAT) throw new Error("That is something else");
    if (typeof file.version === "number" && file.version > VERSION) {
      throw new Error("newer_transfer");
    }
    return {
      salt: fromBase64(String(file.salt)),
      iv: fromBase64(String(file.iv)),
      data: fromBase64(String(file.data)),
    };
  } catch (error) {
    const isNewer = error instanceof Error &&
      error.message === "newer_transfer";
    throw isNewer ? error : new Error("no_transfer");
  }
}

async function keyOf(
  code: string,
  salt: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey> {
  const letters = code.toUpperCase().replace(/[^A-Z0-9]/g, ""); // however it was typed
  return await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    await crypto.subtle.importKey("raw", toOctets(letters), "PBKDF2", false, [
      "deriveKey",
    ]),
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
