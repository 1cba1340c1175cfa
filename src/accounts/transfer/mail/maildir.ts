/**
 * Mail as a Maildir: one file for each message, octets as they are, in `cur/`
 * with the flags in its name. Mailboxes below INBOX are directories `.Name`, in
 * modified UTF-7 with a dot between levels. UIDs are in `dovecot-uidlist`, as
 * Dovecot writes it, so that a relay that takes the directory over keeps them.
 *
 * @module
 */
import { join } from "node:path";
import { Part } from "../../../files/part.ts";
import { Refusal } from "../../../base/refusal.ts";
import { encodeMutf7 } from "../../../imap/proto/mutf7.ts";
import {
  ANSWERED,
  DELETED,
  DRAFT,
  FLAGGED,
  type Mailbox,
  type MessageRow,
  SEEN,
} from "../../../mail/mailbox.ts";
import type { MailWriter } from "./mail_writer.ts";

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const MAX_NAME_OCTETS = 255;
/** In the order of their letters, as a Maildir wants it. */
const LETTERS: readonly [number, string][] = [
  [DRAFT, "D"],
  [FLAGGED, "F"],
  [ANSWERED, "R"],
  [SEEN, "S"],
  [DELETED, "T"],
];

export class MaildirWriter implements MailWriter {
  readonly #part: Part;
  #uids: string[] = [];

  private constructor(part: Part) {
    this.#part = part;
  }

  /** @throws {Refusal} `already_exists` if there is something other than an empty directory */
  static async open(target: string): Promise<MaildirWriter> {
    await checkFree(target);
    return new MaildirWriter(Part.begin(target, "directory"));
  }

  async begin(mailbox: Mailbox): Promise<void> {
    this.#uids = [];
    for (const name of ["cur", "new", "tmp"]) {
      await Deno.mkdir(join(this.#directory(mailbox), name), {
        recursive: true,
        mode: DIRECTORY_MODE,
      });
    }
  }

  async write(
    message: MessageRow,
    octets: AsyncIterable<Uint8Array>,
    mailbox: Mailbox,
  ): Promise<void> {
    const { uid, internalDate, sizeOctets } = message;
    const name =
      `${internalDate}.M${uid}V${mailbox.uidValidity}.relay,S=${sizeOctets}`;
    const directory = this.#directory(mailbox);
    const path = join(directory, "cur", `${name}:2,${lettersOf(message)}`);
    await writeFile(path, octets);
    await Deno.utime(path, internalDate, internalDate);
    this.#uids.push(`${uid} :${name}\n`);
  }

  async end(mailbox: Mailbox): Promise<void> {
    const { uidValidity, uidNext } = mailbox;
    const head = `3 V${uidValidity} N${uidNext}\n`;
    await writeFile(
      join(this.#directory(mailbox), "dovecot-uidlist"),
      async function* (uids) {
        const encoder = new TextEncoder();
        yield encoder.encode(head);
        for (const line of uids) yield encoder.encode(line);
      }(this.#uids),
    );
  }

  finish(): Promise<void> {
    this.#part.finish();
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.#part.abandon();
    return Promise.resolve();
  }

  #directory(mailbox: Mailbox): string {
    return join(this.#part.path, directoryOf(mailbox));
  }
}

function lettersOf({ flags }: MessageRow): string {
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter).join("");
}

/** Of a name that people chose, one that a file system takes: no `/`, no `.` but between levels. */
function directoryOf({ id, name }: Mailbox): string {
  if (name === "INBOX") return "";
  const levels = name.split("/")
    // a dot is between levels here: as a character it is written shifted
    .map((level) => encodeMutf7(level).replaceAll(".", "&AC4-"));
  const directory = `.${levels.join(".")}`;
  return directory.length <= MAX_NAME_OCTETS ? directory : `.mailbox-${id}`;
}

async function checkFree(target: string): Promise<void> {
  try {
    for await (const _ of Deno.readDir(target)) throw taken(target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof Deno.errors.NotADirectory) throw taken(target);
    throw error;
  }
}

function taken(target: string): Refusal {
  return new Refusal("already_exists", {
    explanation: `${target} exists and is not empty`,
  });
}

async function writeFile(
  path: string,
  octets: AsyncIterable<Uint8Array>,
): Promise<void> {
  using file = await Deno.open(path, {
    createNew: true,
    write: true,
    mode: FILE_MODE,
  });
  for await (const piece of octets) {
    for (let left = piece; left.length > 0;) {
      left = left.subarray(await file.write(left));
    }
  }
  await file.sync();
}
