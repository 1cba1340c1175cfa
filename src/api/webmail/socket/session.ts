/**
 * One WebSocket of web mail from its first frame to its last: requests that are
 * answered as they are done, and what happens meanwhile.
 *
 * @module
 */
import * as v from "valibot";
import type { HttpPeer } from "../../../http/peer.ts";
import type { WebSocketPeer } from "../../../http/server/web_socket_peer.ts";
import { Refusal } from "../../../base/refusal.ts";
import { JsonPieces, type Visit } from "../action.ts";
import type { Admission, Admitted } from "../admission.ts";
import { faultFor, INTERNAL, UNKNOWN_MAILBOX } from "../faults.ts";
import { SMALL_OCTETS } from "../large_messages.ts";
import { inputOf } from "../requests.ts";
import { Feed } from "./feed.ts";
import {
  errorFrame,
  PONG,
  readFrame,
  type RequestId,
  resultFrame,
  type SocketRequest,
} from "./frames.ts";
import type { GatedWire } from "./gated_wire.ts";
import { MailboxesFeed } from "./mailboxes_feed.ts";
import { Outbox } from "./outbox.ts";
import { SOCKET_ACTIONS } from "./socket_actions.ts";

export interface SocketParts extends Admitted {
  readonly admission: Admission;
  readonly peer: HttpPeer;
  readonly mailbox: string;
  readonly sinceUid: number;
  readonly wire: GatedWire;
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

export class SocketSession {
  readonly #peer: WebSocketPeer;
  readonly #parts: SocketParts;
  readonly #outbox: Outbox;
  readonly #visit: Visit;
  readonly #ending = { aborted: false };
  #feed: Feed | undefined;
  #mailboxes: MailboxesFeed | undefined;
  #running = 0;
  /** Length of the requests that are being answered. */
  #held = 0;
  #wake: (() => void) | undefined;
  #isOver = false;
  /** Whole messages are sent one after the other. */
  #large: Promise<void> = Promise.resolve();

  constructor(peer: WebSocketPeer, parts: SocketParts) {
    const { backend } = parts.admission;
    this.#peer = peer;
    this.#parts = parts;
    this.#outbox = new Outbox(
      peer,
      () => this.#end(CLOSE.tryAgain, "too much is waiting"),
    );
    this.#visit = {
      backend,
      account: parts.account,
      peer: parts.peer,
      ending: this.#ending,
    };
  }

  async run(): Promise<void> {
    const { account, admission, mailbox, sinceUid } = this.#parts;
    const { backend } = admission;
    const session = account.hold();
    const stopListening = session.onInactive(() => this.#revoke(CLOSE.revoked));
    const stopWatching = backend.onSwitch(() => {
      if (!backend.options().webimap) this.#revoke(CLOSE.off);
    });
    try {
      this.#feed = await Feed.open({
        mail: account.mail,
        outbox: this.#outbox,
        name: mailbox,
        sinceUid,
        ...this.#pace(),
        onLost: () => this.#lose(),
      });
      if (!this.#feed) return this.#lose();
      this.#feed.start();
      for (;;) {
        const message = await this.#peer.receive();
        if (message === undefined) return;
        const settle = this.#parts.wire.take();
        this.#take(readFrame(message), message.length, settle);
        while (this.#held > MOST_HELD && !this.#isOver) {
          await new Promise<void>((resolve) => this.#wake = resolve);
        }
      }
    } finally {
      this.#isOver = true;
      this.#parts.wire.settle();
      this.#ending.aborted = true;
      this.#outbox.close();
      this.#stopFeeds();
      stopWatching();
      stopListening();
      session.release();
    }
  }

  /** @param settle gives back the room that the request has */
  #take(request: SocketRequest, length: number, settle: () => void): void {
    const isAnswered = request.kind === "action" && !this.#isOver &&
      this.#running < MOST_AT_ONCE;
    if (!isAnswered) {
      settle();
      return this.#say(request);
    }
    this.#held += length;
    void this.#answer(request).finally(() => {
      this.#held -= length;
      settle();
      this.#wake?.();
    });
  }

  /** To what is not done. */
  #say(request: SocketRequest): void {
    switch (request.kind) {
      case "ping":
        return this.#outbox.push(PONG);
      case "unreadable":
        return this.#outbox.push(errorFrame(undefined, "invalid JSON"));
      case "action":
        return this.#outbox.push(errorFrame(request.id, TOO_MANY));
    }
  }

  async #answer(
    { id, action, data }: Extract<SocketRequest, { kind: "action" }>,
  ): Promise<void> {
    this.#running++;
    try {
      await this.#run(id, action, data);
    } catch (error) {
      const { backend } = this.#visit;
      if (error instanceof Refusal) backend.countRefusal(error.code);
      const fault = faultFor(error);
      if (!fault && !this.#isOver) backend.reportBug(error);
      this.#outbox.push(errorFrame(id, (fault ?? INTERNAL).text));
    } finally {
      this.#running--;
    }
  }

  /** @throws {WebmailFault | Refusal} */
  async #run(id: RequestId, name: string, data: unknown): Promise<void> {
    const known = SOCKET_ACTIONS.get(name);
    if (!known && name !== "subscribe") {
      return this.#outbox.push(
        errorFrame(id, `unknown action: ${name.slice(0, 100)}`),
      );
    }
    this.#parts.admission.countRequest(this.#parts.login);
    const value = known
      ? await known.run(
        this.#visit,
        inputOf(known, data, `invalid ${name} payload`),
      )
      : this.#subscribe(data);
    if (value instanceof JsonPieces) return await this.#sendLarge(id, value);
    this.#outbox.push(resultFrame(id, JSON.stringify(value)));
  }

  /** Read only when what was sent before has gone. */
  #sendLarge(id: RequestId, message: JsonPieces): Promise<void> {
    const turn = this.#large.then(async () => {
      await this.#outbox.drained();
      if (message.sizeOctets <= SMALL_OCTETS) {
        return await this.#sendWhole(id, message);
      }
      const { admission, account } = this.#parts;
      const leave = await admission.outgoing.enter(account.id);
      try {
        await this.#sendWhole(id, message);
        await this.#outbox.drained();
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
    this.#outbox.push(resultFrame(id, json));
  }

  #subscribe(data: unknown) {
    const { events } = inputOf(SUBSCRIPTION, data, "invalid subscribe payload");
    const isOfAll = events.includes("mailboxes");
    this.#feed?.subscribe(events.filter((event) => event !== "mailboxes"));
    if (!isOfAll) {
      this.#mailboxes?.stop();
      this.#mailboxes = undefined;
    } else if (!this.#isOver) {
      this.#mailboxes ??= new MailboxesFeed({
        mail: this.#parts.account.mail,
        outbox: this.#outbox,
        ...this.#pace(),
      });
    }
    return { status: "subscribed", events: [...new Set(events)] };
  }

  #pace() {
    const { backend } = this.#visit;
    return {
      pause: () => backend.timers.sleep(0),
      reportBug: (error: unknown) => backend.reportBug(error),
    };
  }

  #stopFeeds(): void {
    this.#feed?.stop();
    this.#mailboxes?.stop();
  }

  #revoke(code: number): void {
    if (this.#isOver) return;
    this.#outbox.push(errorFrame(undefined, "session revoked"));
    this.#end(code, "session revoked");
  }

  /** The mailbox is gone. */
  #lose(): void {
    if (this.#isOver) return;
    this.#outbox.push(errorFrame(undefined, UNKNOWN_MAILBOX));
    this.#end(CLOSE.off, UNKNOWN_MAILBOX);
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake?.();
    this.#ending.aborted = true;
    this.#stopFeeds();
    this.#outbox.close();
    this.#peer.close(code, reason);
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
