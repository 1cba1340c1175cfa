/** A mail directory as a chatmail/relay leaves it behind, made of nothing. @module */
import { gzipSync } from "node:zlib";

/** Of "correct horse", as crypt(3) makes it. */
export const HASH =
  "{SHA512-CRYPT}$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.";

export interface TreeMessage {
  readonly uid?: number;
  readonly text: string | Uint8Array;
  /** Letters, as Maildir has them. */
  readonly flags?: string;
  readonly isNew?: boolean;
  readonly seconds?: number;
}

export interface TreeMailbox {
  /** Of its directory; "" for INBOX. */
  readonly directory: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly messages: readonly TreeMessage[];
  readonly packed?: true;
}

export const SECONDS = Math.floor(Date.now() / 1000) - 3600;

/** The name that the file of a message gets, without its flags. */
export function fileName(index: number): string {
  return `${SECONDS}.M${index}P77.mail,S=10,W=12`;
}

export async function writeMailbox(
  home: string,
  { directory, uidValidity, uidNext, messages, packed }: TreeMailbox,
): Promise<void> {
  const place = directory === "" ? home : `${home}/${directory}`;
  for (const part of ["cur", "new", "tmp"]) {
    await Deno.mkdir(`${place}/${part}`, { recursive: true });
  }
  const lines = [`3 V${uidValidity} N${uidNext} G6675`];
  for (const [index, message] of messages.entries()) {
    const { uid, text, flags = "", isNew = false, seconds = SECONDS } = message;
    const name = fileName(index);
    if (uid !== undefined) lines.push(`${uid} W12 :${name}`);
    const path = isNew
      ? `${place}/new/${name}`
      : `${place}/cur/${name}:2,${flags}`;
    const octets = typeof text === "string"
      ? new TextEncoder().encode(text)
      : text;
    await Deno.writeFile(path, packed ? gzipSync(octets) : octets);
    await Deno.utime(path, seconds, seconds);
  }
  await Deno.writeTextFile(
    `${place}/dovecot-uidlist`,
    lines.map((line) => `${line}\n`).join(""),
  );
}

/** One who has logged in, as it is known by the time of the file. */
export async function writeAccount(
  root: string,
  address: string,
  hash = HASH,
): Promise<string> {
  const home = `${root}/${address}`;
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(`${home}/password`, hash);
  return home;
}
