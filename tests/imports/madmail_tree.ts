/** State directories as madmail leaves them behind, made of nothing. @module */
import { DatabaseSync } from "node:sqlite";

/** Of "correct horse": SHA-256 after the salt "salt" eight times. */
export async function sha256Hash(password: string): Promise<string> {
  const salt = "salt".repeat(8);
  const octets = new TextEncoder().encode(salt + password);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return `sha256:${btoa(salt)}:${digest.toBase64()}`;
}

export function makeDatabase(path: string, statements: string): void {
  using db = new DatabaseSync(path);
  db.exec(statements);
}

/** Tables as both versions have them, beside those of accounts. */
export const SHARED_TABLES = `
  CREATE TABLE blocked_users (username TEXT PRIMARY KEY, reason TEXT NOT NULL, blocked_at TIMESTAMP);
  INSERT INTO blocked_users VALUES ('badname12@chat.example', 'spam' || char(10) || 'twice', NULL);
  CREATE TABLE registration_tokens (token TEXT PRIMARY KEY, max_uses INTEGER, used_count INTEGER,
    comment TEXT, expires_at TIMESTAMP, created_at TIMESTAMP);
  INSERT INTO registration_tokens VALUES
    ('welcome', 5, 2, 'friends', NULL, '2026-01-01 10:00:00'),
    ('used-up', 1, 1, NULL, NULL, NULL),
    ('expired', 3, 0, '', '2020-01-01 00:00:00+00:00', NULL);
  CREATE TABLE federation_rules (id INTEGER PRIMARY KEY, domain TEXT UNIQUE, created_at INTEGER);
  INSERT INTO federation_rules VALUES (1, 'blocked.example', 1);
  CREATE TABLE dns_overrides (lookup_key TEXT PRIMARY KEY, target_host TEXT NOT NULL, comment TEXT);
  INSERT INTO dns_overrides VALUES ('far.example', '192.0.2.7', 'moved');
  CREATE TABLE exchangers (name TEXT PRIMARY KEY, url TEXT, enabled INTEGER, poll_interval INTEGER);
  INSERT INTO exchangers VALUES ('one', 'https://exchange.example', 1, 90);
`;

export const FOREIGN_SETTINGS: readonly (readonly [string, string])[] = [
  ["__REGISTRATION_OPEN__", "false"],
  ["__MESSAGE_RETENTION__", "720h"],
  ["__MAX_MESSAGE_SIZE__", "50M"],
  ["__FEDERATION_POLICY__", "ACCEPT"],
  ["__SMTP_PORT__", "2525"],
];

export async function writeFile(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}
