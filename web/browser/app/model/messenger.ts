/** The client: what people do, and what comes. @module */
import {
  type LinkState,
  type MailLink,
  Unreachable,
} from "../net/mail_link.ts";
import { parseInvite } from "../protocol/invite.ts";
import { readOwnKey } from "../protocol/keys.ts";
import {
  type KnownKey,
  readMessage,
  type Received,
} from "../protocol/reader.ts";
import { HeldBack } from "../storage/held_back.ts";
import { NotKept } from "../storage/vault.ts";
import type { Book } from "./book.ts";
import { Groups } from "./groups.ts";
import { Handshakes } from "./handshakes.ts";
import { newChat } from "./new_chat.ts";
import { Channels } from "./channels.ts";
import { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";
import { ReadState } from "./read_state.ts";
import { Acts } from "./devices/acts.ts";
import { OtherDevices } from "./devices/other_devices.ts";
import { accepted } from "./requests.ts";
import type { Chat, ChatMessage, Origin } from "./types.ts";
import { Vanishing } from "./vanishing.ts";
import { Writing } from "./writing.ts";

/** So far may the clocks of two people be apart. */
const TOLERANCE_SECONDS = 60;

export class Messenger {
  readonly book: Book;
  readonly link: MailLink;
  readonly handshakes: Handshakes;
  readonly groups: Groups;
  readonly channels: Channels;
  readonly writing: Writing;
  readonly readState: ReadState;
  readonly devices: OtherDevices;
  readonly acts: Acts;
  readonly #intake: Intake;
  readonly #vanishing: Vanishing;
  readonly #held: HeldBack<Origin>;
  state: LinkState = "connecting";
  /** The browser keeps nothing more: mail waits on the relay. */
  isFull = false;
  #introducing: Promise<unknown> = Promise.resolve();
  readonly #onState = new Set<() => void>();
  readonly #onNew = new Set<(message: ChatMessage) => void>();

  constructor(book: Book, link: MailLink) {
    this.book = book;
    this.link = link;
    const outbox = new Outbox(book, link);
    const intake = new Intake(book);
    this.#intake = intake;
    this.#vanishing = new Vanishing(book);
    this.#held = new HeldBack(book.vault);
    this.channels = new Channels(book, outbox);
    this.handshakes = new Handshakes(book, outbox, this.channels);
    this.groups = new Groups(book, outbox);
    this.writing = new Writing(book, outbox);
    this.devices = new OtherDevices(book, outbox);
    this.acts = new Acts(book, this.devices);
    this.readState = new ReadState({ book, link, outbox, intake });
  }

  start(): void {
    this.#vanishing.start();
    this.link.start(this.book.uid, {
      onMessage: (uid, raw, isSeen) => this.receive(uid, raw, isSeen),
      onSeen: (uid) => this.readState.onSeen(uid),
      onState: (state) => {
        this.state = state;
        this.#tell();
        if (state !== "online") return;
        void this.writing.sendWaiting();
        void this.readState.catchUp();
        void this.devices.sendWaiting();
      },
    });
  }

  #tell(): void {
    for (const tell of this.#onState) tell();
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    this.#tell();
  }

  watchState(onChange: () => void): () => void {
    this.#onState.add(onChange);
    return () => this.#onState.delete(onChange);
  }

  /** Told of each message of others that nobody has seen yet. */
  watchNew(onNew: (message: ChatMessage) => void): () => void {
    this.#onNew.add(onNew);
    return () => this.#onNew.delete(onNew);
  }

  /**
   * @param isSeen it was read on another device
   * @throws {NotKept | Unreachable} when there is no room for it, or what it
   * takes is not there: then it comes again
   */
  async receive(
    uid: number,
    raw: Uint8Array,
    isSeen = false,
  ): Promise<void> {
    try {
      await this.#receive(raw, { uid, isSeen }).catch((error) => {
        if (error instanceof NotKept || error instanceof Unreachable) {
          throw error;
        }
        // not for us, or no message: it stays on the relay for other devices
      });
      await this.book.setUid(uid);
    } catch (error) {
      if (error instanceof NotKept) this.#setFull(true);
      throw error;
    }
    this.#setFull(false);
  }

  async #receive(raw: Uint8Array, origin: Origin): Promise<void> {
    const { key } = this.book.account;
    const own = await readOwnKey(key.armored);
    const message = await readMessage(raw, {
      own,
      keysOf: (address) => [
        ...this.book.contactsAt(address),
        ...address === this.book.account.address ? [{ ...key, address }] : [],
      ],
      secrets: () => this.book.secrets(),
    });
    const isOurs = message.signer?.fingerprint === key.fingerprint;
    if (isOurs && message.isEncrypted) await this.devices.hear(message);
    const isReport = !message.isEncrypted && message.failed !== undefined; // some look like a handshake
    if (!isOurs && !isReport && await this.handshakes.handle(message)) return;
    const early = this.#intake.earlyFor(message);
    const stored = await this.#intake.take(message, origin);
    if (early) await this.#hold(early, message, raw, origin);
    else await this.#letIn(message.field("chat-group-id")?.trim());
    if (!stored) return;
    await this.readState.onStored(stored);
    if (stored.state !== "received" || stored.info) return;
    for (const tell of this.#onNew) tell(stored);
  }

  async #hold(
    { id }: Chat,
    { id: message, at, signer }: Received,
    octets: Uint8Array,
    origin: Origin,
  ): Promise<void> {
    const writer = signer!.fingerprint;
    await this.#held.keep(message, { group: id, writer, at, origin, octets });
  }

  /** What was written by those who are in the group by now, since they are. */
  async #letIn(groupId: string | undefined): Promise<void> {
    const group = groupId && this.book.chatWithId("group", groupId);
    if (!group) return;
    const { members, times = {} } = group;
    const found = await this.#held.take(
      group.id,
      ({ writer, at }) =>
        members.includes(writer) &&
        at >= (times[writer]?.[0] ?? 0) - TOLERANCE_SECONDS,
    );
    for (const { octets, origin } of found) await this.#receive(octets, origin);
  }

  /** By a card that somebody handed on: their key is known, and not checked. Gives the chat. */
  introduced(key: KnownKey, name: string): Promise<string> {
    // one after the other: whoever presses twice gets no second chat
    const done = this.#introducing.then(() => this.#introduce(key, name));
    this.#introducing = done.catch(() => {}); // whoever asked hears of it
    return done;
  }

  async #introduce(key: KnownKey, name: string): Promise<string> {
    const { fingerprint } = key;
    if (!this.book.contact(fingerprint)) {
      await this.book.setContact({ ...key, name, verified: false });
    }
    const found = this.book.singleChat(fingerprint);
    if (found) {
      await this.book.alterChat(found.id, accepted);
      return found.id;
    }
    const made = { ...newChat("single", name), members: [fingerprint] };
    await this.book.setChat(made);
    return made.id;
  }

  /** @throws {Error} `no_invite`, `own_invite`, or what the relay says */
  async join(text: string): Promise<Chat> {
    const invite = parseInvite(text);
    if (!invite) throw new Error("no_invite");
    return await this.handshakes.join(invite);
  }
}
