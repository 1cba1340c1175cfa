/**
 * One WebSocket of web mail from its first frame to its last: requests that are
 * answered as they are done, and what happens meanwhile.
 *
 * @module
 */
import * as v from "valibot";
import type { HttpPeer } from "../../../http/peer.ts";
import type {
  WebSocketListener,
  WebSocketPeer,
} from "../../../http/server/web_socket_peer.ts";
import type { LiveSession } from "../../../accounts/session_registry.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { AccountMail } from "../../../mail/account_mail.ts";
import { JsonPieces, type Visit } from "../action.ts";
import type { Admission } from "../admission.ts";
import type { WebAccount } from "../backend.ts";
import { faultFor, INTERNAL, UNKNOWN_MAILBOX } from "../faults.ts";
import { SMALL_OCTETS } from "../large_messages.ts";
import { inputOf } from "../requests.ts";
import type { HalfMessages } from "./half_messages.ts";
import { Feed, type FeedOwner } from "./feed.ts";
import {
  errorFrame,
  PONG,
  readFrame,
  type RequestId,
  resultFrame,
  type SocketRequest,
} from "./frames.ts";
import { MailboxesFeed } from "./mailboxes_feed.ts";
import { Outbox, type OutboxOwner } from "./outbox.ts";
import { SOCKET_ACTIONS } from "./socket_actions.ts";

export interface SocketParts {
  readonly admission: Admission;
  readonly account: WebAccount;
  readonly peer: HttpPeer;
  /** Of all sockets there are. */
  readonly open: Set<SocketSession>;
  readonly half: HalfMessages<SocketSession>;
}

/** Private ones (RFC 6455 §7.4.2) say what HTTP would have. */
export const CLOSE = {
  revoked: 4401,
  off: 4404,
  tryAgain: 1013,
} as const;

const MOST_AT_ONCE = 20;
/** Of requests that are being answered; more is not read meanwhile. */
const MOST_HELD = 2 * 1024 * 1024;
/** A large message takes no longer to arrive; its place is wanted by others. */
const ARRIVAL_MS = 120_000;
/** Who has to make room is told why, and then holds nothing any more. */
const CLOSING_MS = 2000;

export class SocketSession
  implements WebSocketListener, FeedOwner, OutboxOwner {
  readonly #socket: WebSocketPeer;
  readonly #admission: Admission;
  readonly #account: WebAccount;
  readonly #peer: HttpPeer;
  readonly #open: Set<SocketSession>;
  readonly #half: HalfMessages<SocketSession>;
  readonly outbox: Outbox;
  readonly #live: LiveSession;
  #feed: Feed | undefined;
  #mailboxes: MailboxesFeed | undefined;
  #running = 0;
  /** Length of the requests that are being answered. */
  #held = 0;
  #wake: (() => void) | undefined;
  #isOver = false;
  /** Gives back the place of a large message that arrives. */
  #giveBack: (() => void) | undefined;
  /** Whole messages are sent one after the other. */
  #large: Promise<void> | undefined;

  private constructor(socket: WebSocketPeer, parts: SocketParts) {
    this.#socket = socket;
    this.#admission = parts.admission;
    this.#account = parts.account;
    this.#peer = parts.peer;
    this.#open = parts.open;
    this.#half = parts.half;
    this.outbox = new Outbox(socket, this);
    this.#live = parts.account.hold();
    this.#live.onInactive(() => this.revoke(CLOSE.revoked));
    this.#open.add(this);
  }

  /** Tells first what is in the mailbox beyond `sinceUid`. */
  static async open(
    socket: WebSocketPeer,
    parts: SocketParts,
    place: { readonly mailbox: string; readonly sinceUid: number },
  ): Promise<SocketSession> {
    const session = new SocketSession(socket, parts);
    try {
      const feed = await Feed.open(session, place.mailbox, place.sinceUid);
      if (!feed) session.onLost();
      else if (session.#isOver) feed.stop();
      else {
        session.#feed = feed;
        feed.start();
      }
      return session;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  get mail(): AccountMail {
    return this.#account.mail;
  }

  /** Nobody waits for an answer any more. */
  get aborted(): boolean {
    return this.#isOver;
  }

  room(octets: number): Promise<void> | undefined {
    if (this.#isOver) { // what comes after the end would only fill memory
      if (octets > 0) this.#socket.abort();
      return undefined;
    }
    this.#half.set(this, Math.min(octets, SMALL_OCTETS));
    for (let first; (first = this.#half.tooMuch());) first.giveUp();
    return octets <= SMALL_OCTETS || this.#giveBack ? undefined : this.#enter();
  }

  async #enter(): Promise<void> {
    const { incoming, backend } = this.#admission;
    const leave = await incoming.enter(this.#account.id);
    const stopTimer = backend.timers.every(
      ARRIVAL_MS,
      () => this.#socket.abort(),
    );
    this.#giveBack = () => {
      stopTimer();
      leave();
    };
    if (this.#isOver) this.#settle();
  }

  #settle(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  /** Its half message has to make room. */
  giveUp(): void {
    const { backend } = this.#admission;
    backend.countRefusal("busy");
    this.#close(CLOSE.tryAgain, "too many messages at once");
    void backend.timers.sleep(CLOSING_MS).then(() => this.#socket.abort());
  }

  take(message: string | Uint8Array): Promise<void> | undefined {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    this.#take(readFrame(message), message.length, giveBack);
    return this.#held > MOST_HELD ? this.#lighter() : undefined;
  }

  /** Resolves when less is held. */
  async #lighter(): Promise<void> {
    while (this.#held > MOST_HELD && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  end(): void {
    this.#isOver = true;
    this.#half.set(this, 0);
    this.#wake?.();
    this.#settle();
    this.outbox.close();
    this.#stopFeeds();
    this.#open.delete(this);
    this.#live.release();
  }

  /** @param settle gives back the room that the request has */
  #take(
    request: SocketRequest,
    length: number,
    settle: (() => void) | undefined,
  ): void {
    const isAnswered = request.kind === "action" && !this.#isOver &&
      this.#running < MOST_AT_ONCE;
    if (!isAnswered) {
      settle?.();
      return this.#say(request);
    }
    this.#held += length;
    void this.#answer(request).finally(() => {
      this.#held -= length;
      settle?.();
      this.#wake?.();
    });
  }

  /** To what is not done. */
  #say(request: SocketRequest): void {
    switch (request.kind) {
      case "ping":
        return this.outbox.push(PONG);
      case "unreadable":
        return this.outbox.push(errorFrame(undefined, "invalid JSON"));
      case "action":
        return this.outbox.push(errorFrame(request.id, TOO_MANY));
    }
  }

  async #answer(
    { id, action, data }: Extract<SocketRequest, { kind: "action" }>,
  ): Promise<void> {
    this.#running++;
    try {
      await this.#run(id, action, data);
    } catch (error) {
      const { backend } = this.#admission;
      if (error instanceof Refusal) backend.countRefusal(error.code);
      const fault = faultFor(error);
      if (!fault && !this.#isOver) backend.reportBug(error);
      this.outbox.push(errorFrame(id, (fault ?? INTERNAL).text));
    } finally {
      this.#running--;
    }
  }

  /** @throws {WebmailFault | Refusal} */
  async #run(id: RequestId, name: string, data: unknown): Promise<void> {
    const known = SOCKET_ACTIONS.get(name);
    if (!known && name !== "subscribe") {
      return this.outbox.push(
        errorFrame(id, `unknown action: ${name.slice(0, 100)}`),
      );
    }
    this.#admission.countRequest(this.#account);
    const value = known
      ? await known.run(
        this.#visit(),
        inputOf(known, data, `invalid ${name} payload`),
      )
      : this.#subscribe(data);
    if (value instanceof JsonPieces) return await this.#sendLarge(id, value);
    this.outbox.push(resultFrame(id, JSON.stringify(value)));
  }

  /** Read only when what was sent before has gone. */
  #sendLarge(id: RequestId, message: JsonPieces): Promise<void> {
    const turn = (this.#large ?? Promise.resolve()).then(async () => {
      await this.outbox.drained();
      if (message.sizeOctets <= SMALL_OCTETS) {
        return await this.#sendWhole(id, message);
      }
      const leave = await this.#admission.outgoing.enter(this.#account.id);
      try {
        await this.#sendWhole(id, message);
        await this.outbox.drained();
      } finally {
        leave();
      }
    });
    this.#large = turn.catch(() => {});
    return turn;
  }

  async #sendWhole(id: RequestId, { pieces }: JsonPieces): Promise<void> {
    let json = "";
    for await (const piece of pieces) {
      if (this.#isOver) return;
      json += piece;
    }
    this.outbox.push(resultFrame(id, json));
  }

  #subscribe(data: unknown) {
    const { events } = inputOf(SUBSCRIPTION, data, "invalid subscribe payload");
    const isOfAll = events.includes("mailboxes");
    this.#feed?.subscribe(events.filter((event) => event !== "mailboxes"));
    if (!isOfAll) {
      this.#mailboxes?.stop();
      this.#mailboxes = undefined;
    } else if (!this.#isOver) {
      this.#mailboxes ??= new MailboxesFeed(this);
    }
    return { status: "subscribed", events: [...new Set(events)] };
  }

  #visit(): Visit {
    const { backend } = this.#admission;
    return {
      backend,
      account: this.#account,
      peer: this.#peer,
      ending: this,
    };
  }

  pause(): Promise<void> {
    return this.#admission.backend.timers.sleep(0);
  }

  reportBug(error: unknown): void {
    this.#admission.backend.reportBug(error);
  }

  #stopFeeds(): void {
    this.#feed?.stop();
    this.#mailboxes?.stop();
  }

  revoke(code: number): void {
    if (this.#isOver) return;
    this.outbox.push(errorFrame(undefined, "session revoked"));
    this.#close(code, "session revoked");
  }

  /** The mailbox is gone. */
  onLost(): void {
    if (this.#isOver) return;
    this.outbox.push(errorFrame(undefined, UNKNOWN_MAILBOX));
    this.#close(CLOSE.off, UNKNOWN_MAILBOX);
  }

  /** The client does not take what waits for it. */
  onFull(): void {
    this.#close(CLOSE.tryAgain, "too much is waiting");
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.end();
    this.#socket.close(code, reason);
  }
}

const TOO_MANY = "too many requests";
/** What older clients do not know is told only to those who ask. */
const SUBSCRIPTION = {
  input: v.object({
    events: v.optional(
      v.pipe(
        v.array(v.picklist(["flags", "expunge", "mailboxes"])),
        v.maxLength(10),
      ),
      [],
    ),
  }),
};
