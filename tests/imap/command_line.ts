/** Runs one command on a mailbox in memory, without a session around it. @module */
import { secretOfText } from "../../src/base/secret.ts";
import type { MailboxId, Uid } from "../../src/base/ids.ts";
import { ImapNo, type Step } from "../../src/imap/server/command.ts";
import type { CommandRun } from "../../src/imap/server/command.ts";
import { fetch, uidFetch } from "../../src/imap/server/commands/fetch.ts";
import { search, uidSearch } from "../../src/imap/server/commands/search.ts";
import { Scanner } from "../../src/imap/proto/scanner.ts";
import type { FlagState } from "../../src/mail/mailbox.ts";
import { MemoryBackend } from "./memory_backend.ts";
import type { MemoryMail } from "./memory_mail.ts";

type Account = Awaited<ReturnType<MemoryBackend["login"]>>;

/** A session that has selected INBOX, with the messages of that moment. */
export class SelectedInbox {
  readonly backend: MemoryBackend;
  readonly context = {
    clockMs: 0,
    monotonic: () => this.context.clockMs += this.stepMs,
    now: () => this.mail.now * 1000,
    sleep: () => Promise.resolve(),
  };
  readonly announced: FlagState[] = [];
  readonly writes: number[] = [];
  /** How much time each look at the clock takes. */
  stepMs = 0;
  condstore = false;
  readOnly = false;
  closed = false;
  #account: Account | undefined;
  #uids = new Uint32Array();

  constructor(backend = new MemoryBackend()) {
    this.backend = backend;
  }

  get mail(): MemoryMail {
    return this.backend.mail;
  }

  get account(): Account {
    return this.#account!;
  }

  enableCondstore(): void {
    this.condstore = true;
  }

  async select(): Promise<void> {
    const { address, password } = this.backend;
    this.#account = await this.backend.login(
      address,
      secretOfText(password),
    );
    this.#uids = (await this.mail.snapshot(this.selected.id)).uids;
  }

  get selected() {
    const box = this.mail.box("INBOX");
    return {
      id: box.mailbox.id as MailboxId,
      readOnly: this.readOnly,
      uids: this.#uids,
      keywords: box.mailbox.keywords,
      takeKeywords: () => "",
      isExpunged: (uid: Uid) => !box.rows.some((row) => row.uid === uid),
      flagsAnnounced: (_: number, state: FlagState) =>
        void this.announced.push(state),
    };
  }

  /** All responses to the line, one character per octet. */
  async run(
    line: string,
    literals: readonly Uint8Array[] = [],
  ): Promise<string> {
    const args = new Scanner({ lines: line.split("\r\n"), literals });
    let text = "";
    const write = (step: Step) => {
      const octets = [
        new TextEncoder().encode(step.text ?? ""),
        step.octets ?? new Uint8Array(),
      ];
      for (const some of octets) {
        if (some.length > 0) this.writes.push(some.length);
        text += latin1(some);
      }
      if (step.effect === "close") this.closed = true;
    };
    const tag = args.tag();
    try {
      args.space();
      const run = this.#start(args.commandName(), args);
      for (;;) {
        const { value, done } = await run.next();
        if (done) return `${text}${tag} OK ${value}\r\n`;
        write(value);
        if (this.closed) return text;
      }
    } catch (error) {
      if (error instanceof ImapNo) {
        return `${text}${tag} NO ${error.message}\r\n`;
      }
      if (!(error instanceof SyntaxError)) throw error;
      return `${text}${tag} BAD ${error.message}\r\n`;
    }
  }

  #start(name: string, args: Scanner): CommandRun<SelectedInbox> {
    switch (name) {
      case "FETCH":
        return start(fetch, this, args);
      case "UID FETCH":
        return start(uidFetch, this, args);
      case "SEARCH":
        return start(search, this, args);
      default:
        return start(uidSearch, this, args);
    }
  }
}

function start<A>(
  command: {
    parse(args: Scanner): A;
    run(session: SelectedInbox, args: A): CommandRun<SelectedInbox>;
  },
  session: SelectedInbox,
  args: Scanner,
): CommandRun<SelectedInbox> {
  const parsed = command.parse(args);
  args.end();
  return command.run(session, parsed);
}

function latin1(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
