/**
 * The forms in which a password may be stored, as text in one column; the
 * prefix tells them apart. Ours are `sha256:` and `scrypt:`, the others come
 * with imported accounts. Costs are bounded, so that no imported line can keep
 * a core busy for long.
 *
 * @module
 */
import { Buffer } from "node:buffer";

export interface Sha256Password {
  readonly kind: "sha256";
  readonly salt: Uint8Array;
  /** SHA-256 of salt and password. */
  readonly digest: Uint8Array;
}

/** RFC 7914 §2. */
export interface ScryptPassword {
  readonly kind: "scrypt";
  /** Binary logarithm of the cost. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** RFC 9106 §3.1, type ID, version 1.3. */
export interface Argon2Password {
  readonly kind: "argon2id";
  readonly passes: number;
  readonly memoryKib: number;
  readonly lanes: number;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

/** `$2b$…`, or `$5$…` and `$6$…` of crypt(3). */
export interface CryptPassword {
  readonly kind: "bcrypt" | "sha_crypt";
  readonly text: string;
}

export type ForeignPassword = Argon2Password | CryptPassword;
export type StoredPassword = Sha256Password | ScryptPassword | ForeignPassword;

const MAX_LENGTH = 512;
const MAX_MEMORY_KIB = 262_144;
const MAX_ROUNDS = 1_000_000;
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;
const SHA_CRYPT =
  /^\$([56])\$(?:rounds=(\d{1,9})\$)?[./A-Za-z0-9]{0,16}\$([./A-Za-z0-9]+)$/;
const SHA_CRYPT_LENGTH = { "5": 43, "6": 86 } as const;
/** As Dovecot and madmail write them, in front of what crypt(3) makes. */
const CRYPT_PREFIX = /^(?:bcrypt:|\{(?:SHA512-CRYPT|SHA256-CRYPT|BLF-CRYPT)\})/;

/** @throws {SyntaxError} if no login could ever be checked against it */
export function parseStoredPassword(text: string): StoredPassword {
  if (text.length > MAX_LENGTH) throw unreadable();
  if (text.startsWith("sha256:")) return parseSha256(text.split(":"));
  if (text.startsWith("scrypt:")) return parseScrypt(text.split(":"));
  if (text.startsWith("argon2:")) return parseArgon2(text.split(":"));
  return parseCrypt(text.replace(CRYPT_PREFIX, ""));
}

export function formatStoredPassword(
  password: Sha256Password | ScryptPassword,
): string {
  if (password.kind === "sha256") {
    return `sha256:${base64(password.salt)}:${base64(password.digest)}`;
  }
  const { ln, r, p, salt, key } = password;
  return `scrypt:${ln}:${r}:${p}:${base64(salt)}:${base64(key)}`;
}

/** Whether it is a form that we make ourselves. */
export function isOwnForm(
  password: StoredPassword,
): password is Sha256Password | ScryptPassword {
  return password.kind === "sha256" || password.kind === "scrypt";
}

function parseSha256(fields: string[]): Sha256Password {
  const [, salt = "", digest = ""] = withCount(fields, 3);
  return {
    kind: "sha256",
    salt: octets(salt, 8, 64),
    digest: octets(digest, 32, 32),
  };
}

function parseScrypt(fields: string[]): ScryptPassword {
  const [, ln = "", r = "", p = "", salt = "", key = ""] = withCount(fields, 6);
  const password: ScryptPassword = {
    kind: "scrypt",
    ln: integer(ln, 1, 20),
    r: integer(r, 1, 32),
    p: integer(p, 1, 16),
    salt: octets(salt, 8, 64),
    key: octets(key, 16, 64),
  };
  // RFC 7914 §2: 128 r N octets
  if (password.r * 2 ** password.ln / 8 > MAX_MEMORY_KIB) throw unreadable();
  return password;
}

function parseArgon2(fields: string[]): Argon2Password {
  const [, passes = "", memory = "", lanes = "", salt = "", tag = ""] =
    withCount(fields, 6);
  const password: Argon2Password = {
    kind: "argon2id",
    passes: integer(passes, 1, 32),
    memoryKib: integer(memory, 8, MAX_MEMORY_KIB),
    lanes: integer(lanes, 1, 16),
    salt: octets(salt, 8, 64),
    tag: octets(tag, 16, 64),
  };
  // RFC 9106 §3.1: at least 8 KiB for each lane
  if (password.memoryKib < 8 * password.lanes) throw unreadable();
  return password;
}

function parseCrypt(text: string): CryptPassword {
  if (BCRYPT.test(text)) return { kind: "bcrypt", text };
  const [, id, rounds = "5000", digest = ""] = SHA_CRYPT.exec(text) ?? [];
  if (
    (id !== "5" && id !== "6") || digest.length !== SHA_CRYPT_LENGTH[id] ||
    Number(rounds) > MAX_ROUNDS
  ) {
    throw unreadable();
  }
  return { kind: "sha_crypt", text };
}

function withCount(fields: string[], count: number): string[] {
  if (fields.length !== count) throw unreadable();
  return fields;
}

function integer(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d{1,7}$/.test(text) || value < min || value > max) throw unreadable();
  return value;
}

/** Base64 (RFC 4648 §4), with or without padding. */
function octets(text: string, min: number, max: number): Uint8Array {
  if (!BASE64.test(text)) throw unreadable();
  const decoded = Buffer.from(text, "base64");
  if (decoded.length < min || decoded.length > max) throw unreadable();
  return decoded;
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

function unreadable(): SyntaxError {
  return new SyntaxError("unsupported password hash format");
}
