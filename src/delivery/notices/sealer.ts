/**
 * Seals notices: encrypted to the key of who is to read them, signed with one of
 * the relay, which is made when it is wanted first. OpenPGP is done on a thread
 * that exists only while it is needed.
 *
 * @module
 */
import * as v from "valibot";
import type { Clock, Timers } from "../../base/clock.ts";
import { UNANSWERED } from "../../observe/worker_link.ts";
import { PassingWorker } from "../../observe/worker_lives.ts";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";
import {
  type NoticeEnvelope,
  type NoticeMessage,
  noticeMessage,
  type NoticeText,
} from "./notice_message.ts";
import { innerNotice, sealedNotice } from "./sealed_notice.ts";
import type { OwnKey, SealingReply, SealingRequest } from "./sealing_worker.ts";

const IDLE_MS = 60_000;

/** By the domain in whose name it signs. */
const OWN_KEY = v.object({ secret: v.string(), certificate: v.string() });

export interface SealerParts
  extends Pick<RecordSetParts<OwnKey>, "store" | "reportBug"> {
  readonly clock: Clock;
  readonly timers: Timers;
}

export interface WrittenNotice extends NoticeMessage {
  readonly isEncrypted: boolean;
}

export class NoticeSealer {
  readonly #worker: PassingWorker<SealingRequest, SealingReply>;
  readonly #keys: RecordSet<OwnKey>;
  /** One is made for all who want it. */
  readonly #making = new Map<string, Promise<OwnKey | undefined>>();

  private constructor(parts: SealerParts, keys: RecordSet<OwnKey>) {
    this.#keys = keys;
    this.#worker = new PassingWorker({
      clock: parts.clock,
      timers: parts.timers,
      onDeath: parts.reportBug,
      url: new URL("./sealing_worker.ts", import.meta.url),
      name: "sealing",
      idleMs: IDLE_MS,
    });
  }

  static async open(parts: SealerParts): Promise<NoticeSealer> {
    const keys = await RecordSet.open({
      store: parts.store,
      reportBug: parts.reportBug,
      collection: "notice_keys",
      schema: OWN_KEY,
      onUnreadable() {}, // another one is made
    });
    return new NoticeSealer(parts, keys);
  }

  /** Whether messages can be encrypted to it; false too while that cannot be told. */
  async isUsable(certificate: Uint8Array): Promise<boolean> {
    return typeof await this.#ask({ kind: "examine", certificate }) ===
      "string";
  }

  /** @param certificate of the reader; without one, or with one that does not work any more, all is in clear */
  async write(
    text: NoticeText,
    envelope: NoticeEnvelope,
    certificate: Uint8Array | undefined,
  ): Promise<WrittenNotice> {
    const sealed = certificate &&
      await this.#seal(text, envelope, certificate);
    return sealed
      ? { ...sealed, isEncrypted: true }
      : { ...noticeMessage(text, envelope), isEncrypted: false };
  }

  /** Ends the thread; what waits for it is written in clear. */
  close(): void {
    this.#worker.close();
    this.#keys.close();
  }

  async #seal(
    text: NoticeText,
    envelope: NoticeEnvelope,
    certificate: Uint8Array,
  ): Promise<NoticeMessage | undefined> {
    const own = await this.#ownKey(envelope.sender);
    if (!own) return undefined;
    const armored = await this.#ask({
      kind: "seal",
      inner: innerNotice(text, envelope, own.certificate),
      certificate,
      secret: own.secret,
    });
    return typeof armored === "string"
      ? sealedNotice(envelope, armored)
      : undefined;
  }

  async #ownKey(sender: string): Promise<OwnKey | undefined> {
    const name = sender.slice(sender.lastIndexOf("@") + 1);
    const known = this.#keys.get(name);
    if (known) return known;
    const making = this.#making.get(name) ?? this.#makeKey(sender, name);
    this.#making.set(name, making);
    try {
      return await making;
    } finally {
      this.#making.delete(name);
    }
  }

  /** @throws {Refusal} if the store takes nothing */
  async #makeKey(sender: string, name: string): Promise<OwnKey | undefined> {
    const made = await this.#ask({ kind: "make_key", address: sender });
    if (typeof made !== "object") return undefined;
    await this.#keys.put(name, made);
    return made;
  }

  async #ask(request: SealingRequest): Promise<SealingReply> {
    const reply = await this.#worker.ask(request);
    return reply === UNANSWERED ? undefined : reply;
  }
}
