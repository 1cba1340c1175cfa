/**
 * Accounts of another relay with all their mail, into the store. What was taken
 * is on record with each message, so that an import that was cut off goes on
 * where it was, and one that is repeated takes only what is new.
 *
 * @module
 */
import type { AccountId, Uid } from "../../../base/ids.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { Address } from "../../../mail/address.ts";
import type {
  Content,
  ContentStaging,
  Staging,
} from "../../../store/content.ts";
import type { MailStore, TakenAs, TakenSoFar } from "../../../store/mail.ts";
import type { MetadataStore } from "../../../store/metadata.ts";
import { AccountImport, type AccountImportParts } from "../account_import.ts";
import {
  type ForeignAccount,
  type ForeignMailbox,
  type ForeignMessage,
  UnreadableMessage,
} from "./foreign_relay.ts";
import { unpacked, WireLines } from "./message_text.ts";

const ACCOUNTS_AT_ONCE = 64;
const MESSAGES_AT_ONCE = 32;
const MAX_PROBLEMS = 1000;

export interface TakeOverParts extends Omit<AccountImportParts, "dryRun"> {
  readonly mail: Pick<MailStore, "takeMailbox" | "takeMessages">;
  readonly metadata: Pick<MetadataStore, "putPushToken">;
  readonly staging: ContentStaging;
  /** Reads and counts, and changes nothing. */
  readonly dryRun: boolean;
}

export interface TakeOverReport {
  accounts: number;
  /** They are here already; what is new of their mail is taken too. */
  known_accounts: number;
  refused_accounts: number;
  mailboxes: number;
  messages: number;
  bytes: number;
  /** Messages that were taken before. */
  known_messages: number;
  /** Messages that could not keep their UID. */
  renumbered: number;
  unreadable: number;
  push_tokens: number;
  /** What could not be taken and why; at most the first 1000. */
  problems: string[];
}

interface Staged {
  readonly message: ForeignMessage;
  readonly staging: Staging;
  readonly content: Content;
  readonly sizeOctets: number;
  readonly headerOctets: number;
}

/** One run; use it once. */
export class MailTakeOver {
  readonly #parts: TakeOverParts;
  readonly report: TakeOverReport = {
    accounts: 0,
    known_accounts: 0,
    refused_accounts: 0,
    mailboxes: 0,
    messages: 0,
    bytes: 0,
    known_messages: 0,
    renumbered: 0,
    unreadable: 0,
    push_tokens: 0,
    problems: [],
  };

  constructor(parts: TakeOverParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} what ends the import: the store is full, busy, or cannot be written */
  async run(accounts: AsyncIterable<ForeignAccount>): Promise<TakeOverReport> {
    let batch: ForeignAccount[] = [];
    for await (const account of accounts) {
      batch.push(account);
      if (batch.length < ACCOUNTS_AT_ONCE) continue;
      await this.#take(batch);
      batch = [];
    }
    await this.#take(batch);
    return this.report;
  }

  async #take(batch: readonly ForeignAccount[]): Promise<void> {
    const { imported, skipped, errors } = await new AccountImport(this.#parts)
      .run(batch.map(({ entry }) => entry));
    this.report.accounts += imported;
    this.report.refused_accounts += errors.length;
    this.report.known_accounts += skipped - errors.length;
    for (const { error } of errors) this.#tell(error);
    const refused = new Set(errors.map(({ index }) => index));
    for (const [index, account] of batch.entries()) {
      if (!refused.has(index)) await this.#takeMail(account);
    }
  }

  async #takeMail(account: ForeignAccount): Promise<void> {
    const { username } = account.entry;
    const id = await this.#idOf(username);
    if (id === undefined) return;
    this.report.push_tokens += account.pushTokens.length;
    if (id !== "none yet") {
      const { metadata } = this.#parts;
      await Promise.all(
        account.pushTokens.map((token) => metadata.putPushToken(id, token)),
      );
    }
    const tell = (problem: string) => this.#tell(problem);
    for await (const mailbox of account.mailboxes(tell)) {
      try {
        await this.#takeMailbox(id, mailbox);
      } catch (error) {
        if (!(error instanceof Refusal) || !isAboutMailbox(error)) throw error;
        this.#tell(`${username}: ${mailbox.name}: ${error.message}`);
      }
    }
  }

  /** Undefined: somebody has the name who was not imported, and whose mail this is not for sure. */
  async #idOf(username: string): Promise<AccountId | "none yet" | undefined> {
    const { store, domains, dryRun } = this.#parts;
    const address: Address = domains.parse(username);
    const found = await store.find(address);
    if (!found && dryRun) return "none yet";
    if (found?.state === "active" && found.origin === "import") return found.id;
    this.#tell(
      `${address} was not made by an import: its mail of there was left alone`,
    );
    return undefined;
  }

  async #takeMailbox(
    account: AccountId | "none yet",
    mailbox: ForeignMailbox,
  ): Promise<void> {
    this.report.mailboxes++;
    if (this.#parts.dryRun || account === "none yet") {
      for (const { sizeOctets } of mailbox.messages) {
        this.report.messages++;
        this.report.bytes += sizeOctets;
      }
      return;
    }
    const { uidValidity, uidNext, specialUse, name, subscribed } = mailbox;
    const facts = {
      account,
      name,
      subscribed,
      ...(uidValidity === undefined ? {} : { uidValidity }),
      ...(specialUse === undefined ? {} : { specialUse }),
    };
    const soFar = await this.#parts.mail.takeMailbox(facts);
    const { keepsUids, lastUid } = soFar;
    const isDone = ({ uid }: ForeignMessage) =>
      keepsUids && uid !== undefined && uid <= lastUid;
    const left = mailbox.messages.filter((message) => !isDone(message));
    this.report.known_messages += mailbox.messages.length - left.length;
    const listed = left.filter(({ uid }) => uid !== undefined);
    const others = left.filter(({ uid }) => uid === undefined);
    await this.#takeMessages(listed, soFar);
    if (uidNext !== undefined) {
      await this.#parts.mail.takeMailbox({ ...facts, uidNext: uidNext as Uid });
    }
    await this.#takeMessages(others, soFar);
  }

  async #takeMessages(
    messages: readonly ForeignMessage[],
    soFar: TakenSoFar,
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += MESSAGES_AT_ONCE) {
      await this.#takeSome(messages.slice(at, at + MESSAGES_AT_ONCE), soFar);
    }
  }

  /** In one commit. */
  async #takeSome(
    messages: readonly ForeignMessage[],
    { mailbox, keepsUids }: TakenSoFar,
  ): Promise<void> {
    const staged: Staged[] = [];
    try {
      for (const message of messages) {
        const one = await this.#stage(message);
        if (one) staged.push(one);
      }
      if (staged.length === 0) return;
      const taken = await this.#parts.mail.takeMessages(
        mailbox,
        staged.map(({ message, content, headerOctets }) => ({
          content,
          headerOctets,
          name: message.name,
          flags: message.flags,
          keywords: message.keywords,
          internalDate: message.internalDate,
          ...(keepsUids && message.uid !== undefined
            ? { uid: message.uid as Uid }
            : {}),
        })),
      );
      for (const [i, as] of taken.entries()) {
        this.#count(staged[i]!, as, keepsUids);
      }
    } finally {
      for (const { staging } of staged) await staging.discard();
    }
  }

  #count(
    { message, sizeOctets }: Staged,
    as: TakenAs,
    keepsUids: boolean,
  ): void {
    if (as === "known") {
      this.report.known_messages++;
      return;
    }
    this.report.messages++;
    this.report.bytes += sizeOctets;
    const hasOther = as === "renumbered" ||
      (!keepsUids && message.uid !== undefined);
    if (hasOther) this.report.renumbered++;
  }

  async #stage(message: ForeignMessage): Promise<Staged | undefined> {
    const staging = this.#parts.staging.stage();
    const lines = new WireLines();
    try {
      for await (const piece of unpacked(message.octets())) {
        await staging.write(lines.push(piece), true);
      }
      const { sizeOctets, headerOctets = sizeOctets } = lines;
      if (sizeOctets === 0) throw new UnreadableMessage("it is empty");
      const content = await staging.finish();
      return { message, staging, content, sizeOctets, headerOctets };
    } catch (error) {
      await staging.discard();
      if (!(error instanceof UnreadableMessage)) throw error;
      this.report.unreadable++;
      this.#tell(`Message ${message.name}: ${error.message}`);
      return undefined;
    }
  }

  #tell(problem: string): void {
    if (this.report.problems.length < MAX_PROBLEMS) {
      this.report.problems.push(problem);
    }
  }
}

/** The others go on without it. */
function isAboutMailbox({ code }: Refusal): boolean {
  return code === "mailbox_name_invalid" || code === "too_many_mailboxes" ||
    code === "no_target_mailbox" || code === "no_such_user";
}
