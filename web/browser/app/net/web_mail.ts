/**
 * The relay over a WebSocket: requests with a number, answers with the same, and
 * new mail by itself. After a break it comes again, later each time.
 *
 * @module
 */
import { fromBase64, toOctets } from "../protocol/octets.ts";
import {
  type Folder,
  type FolderMessage,
  type LinkState,
  type MailEvents,
  type MailLink,
  RefusedError,
  RelayError,
  Unreachable,
} from "./mail_link.ts";
import { ANSWER_MS, type Credentials } from "./exchange.ts";
import type { Line, Outside } from "./outside.ts";
import { Pulse } from "./pulse.ts";

interface Frame {
  readonly req_id?: string;
  readonly action: string;
  readonly data: unknown;
}

interface Waiting {
  resolve(data: unknown): void;
  reject(error: Error): void;
}

interface WireSummary {
  readonly uid: number;
  readonly flags?: readonly string[];
  /** In octets. */
  readonly size: number;
  readonly date: string;
  readonly envelope: {
    readonly subject: string;
    readonly from?: readonly {
      readonly mailbox: string;
      readonly host: string;
    }[];
  };
}

interface WireMessage {
  readonly uid: number;
  readonly body?: string;
  readonly body_base64?: string;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const SLOWEST_OCTETS_PER_MS = 4;
/** So much longer is what is sent as text. */
const BASE64 = 4 / 3;
const OPEN = 1; // WebSocket.OPEN
const REFUSED = [4401, 4403, 4404];
const INBOX = "INBOX";
const SEEN = "\\Seen";
/** The most that the relay lists at once. */
const LISTED = 500;
/** Of a folder. */
const SHOWN = 500;

/** Over a slow line a large message takes its time. */
function limitFor(octets: number): number {
  return ANSWER_MS + octets / SLOWEST_OCTETS_PER_MS;
}

export class WebMail implements MailLink {
  readonly #credentials: () => Credentials;
  readonly #outside: Outside;
  readonly #pulse: Pulse;
  #socket: Line | undefined;
  #events: MailEvents | undefined;
  #uid = 0;
  #pause = FIRST_PAUSE_MS;
  #request = 0;
  readonly #waiting = new Map<string, Waiting>();
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #callOff = () => {};
  #endBack = () => {};
  #isAsking = false;

  /** @param credentials as they are now: a password may change */
  constructor(credentials: () => Credentials, outside: Outside) {
    this.#credentials = credentials;
    this.#outside = outside;
    this.#pulse = new Pulse({
      later: outside.later,
      ask: () => this.#socket?.send(JSON.stringify({ type: "ping" })),
      isBusy: () => this.#waiting.size > 0,
      onDead: () => this.#giveUp(this.#socket),
    });
  }

  start(sinceUid: number, events: MailEvents): void {
    this.#uid = sinceUid;
    this.#events = events;
    this.#endBack = this.#outside.onBack(() => this.#wake());
    void this.#connect();
  }

  /** After a sleep a line may be dead, and look as it did before. */
  #wake(): void {
    if (this.#isOpen()) this.#pulse.check();
    else this.again();
  }

  again(): void {
    this.#pause = FIRST_PAUSE_MS;
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#callOff();
    this.#endBack();
    this.#giveUp(this.#socket);
  }

  async send(to: readonly string[], body: string): Promise<void> {
    if (this.#stopped) throw new Unreachable("Nobody is here any more");
    const data = { to, body };
    const ms = limitFor(body.length);
    if (this.#isOpen()) return void await this.#ask("send", data, ms);
    try {
      const credentials = this.#credentials();
      await this.#outside.post("/websmtp/send", data, credentials, ms);
    } catch (error) {
      const isBack = error instanceof Unreachable && this.#isOpen();
      if (!isBack) throw error;
      await this.#ask("send", data, ms);
    }
  }

  #isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  async remove(uid: number): Promise<void> {
    await this.#ask("delete", { uid });
  }

  async markSeen(uid: number): Promise<void> {
    await this.#ask("flags", { mailbox: INBOX, uid, flags: [SEEN], op: "add" });
  }

  async askSeen(fromUid: number): Promise<void> {
    const found = await this.#summaries(INBOX, fromUid - 1);
    for (const one of found) this.#onFlags(one);
  }

  #onFlags({ uid, flags }: Pick<WireSummary, "uid" | "flags">): void {
    if (!flags?.includes(SEEN)) return;
    // after what is being fetched
    this.#work = this.#work.then(() => this.#events?.onSeen(uid))
      .catch(() => {}); // for want of room: it is asked for again
  }

  async folders(): Promise<readonly Folder[]> {
    return await this.#ask("list_mailboxes", {}) as Folder[];
  }

  /** The latest first; the oldest of very many are left out. */
  async list(mailbox: string): Promise<readonly FolderMessage[]> {
    const found = await this.#summaries(mailbox, 0);
    return found.slice(-SHOWN).reverse().map(
      ({ uid, size, date, envelope }) => {
        const [from] = envelope.from ?? [];
        return {
          uid,
          size,
          date,
          subject: envelope.subject,
          from: from ? `${from.mailbox}@${from.host}` : "",
        };
      },
    );
  }

  async #summaries(mailbox: string, since: number): Promise<WireSummary[]> {
    const all: WireSummary[] = [];
    for (let next = since;;) {
      const found = await this.#ask("list_messages", {
        mailbox,
        since_uid: next,
        limit: LISTED,
      }) as WireSummary[];
      all.push(...found);
      const last = found.at(-1);
      if (!last || found.length < LISTED) return all;
      next = last.uid;
    }
  }

  async changeFolder(
    change: Parameters<MailLink["changeFolder"]>[0],
  ): Promise<void> {
    if ("create" in change) {
      await this.#ask("create_mailbox", { name: change.create });
    } else if ("remove" in change) {
      await this.#ask("delete_mailbox", { name: change.remove });
    } else {
      const { rename, to } = change;
      await this.#ask("rename_mailbox", { old_name: rename, new_name: to });
    }
  }

  async move(mailbox: string, uid: number, to: string): Promise<void> {
    await this.#ask("move", { mailbox, uid, dest_mailbox: to });
  }

  async #connect(): Promise<void> {
    if (this.#stopped || this.#socket || this.#isAsking) return;
    this.#callOff();
    this.#tell("connecting");
    let ticket: string;
    const credentials = this.#credentials();
    this.#isAsking = true;
    try {
      const answer = await this.#outside.post(
        "/webimap/ticket",
        {},
        credentials,
      );
      ticket = (answer as { ticket: string }).ticket;
    } catch (error) {
      if (error instanceof RefusedError && this.#isCurrent(credentials)) {
        return this.#tell("refused", error);
      }
      return this.#comeAgain();
    } finally {
      this.#isAsking = false;
    }
    if (this.#stopped || this.#socket) return;
    const asked = { ticket, since_uid: String(this.#uid) };
    const socket = this.#outside.open(
      `/webimap/ws?${new URLSearchParams(asked)}`,
    );
    this.#socket = socket;
    this.#callOff = this.#outside.later(ANSWER_MS, () => this.#giveUp(socket));
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#callOff();
      this.#pause = FIRST_PAUSE_MS;
      this.#pulse.start();
      const events = { events: ["flags"] };
      socket.send(JSON.stringify({ action: "subscribe", data: events }));
      this.#tell("online");
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#pulse.heard();
      this.#take(JSON.parse(data) as Frame);
    };
    socket.onclose = ({ code }) => {
      const isRefused = REFUSED.includes(code) && this.#isCurrent(credentials);
      this.#ended(socket, isRefused);
    };
  }

  /** Its end may be told much later, where nobody answers. */
  #giveUp(socket: Line | undefined): void {
    if (!socket || socket !== this.#socket) return;
    this.#ended(socket, false);
    socket.close();
  }

  #ended(socket: Line, isRefused: boolean): void {
    if (socket !== this.#socket) return;
    this.#callOff();
    this.#pulse.stop();
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) {
      reject(new Unreachable("The connection has ended"));
    }
    this.#waiting.clear();
    if (this.#stopped) return;
    if (isRefused) this.#tell("refused");
    else this.#comeAgain();
  }

  /** The password was not changed meanwhile: that ends what was begun with another one. */
  #isCurrent({ password }: Credentials): boolean {
    return password === this.#credentials().password;
  }

  #comeAgain(): void {
    if (this.#stopped) return;
    this.#tell("offline");
    this.#callOff();
    this.#callOff = this.#outside.later(
      this.#pause * (0.75 + Math.random() / 2),
      () => void this.#connect(),
    );
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  #take({ req_id, action, data }: Frame): void {
    if (req_id === undefined) {
      if (action === "new_message") this.#fetchLater(data as WireSummary);
      else if (action === "flags_changed") {
        const changed = data as WireSummary & { readonly mailbox: string };
        if (changed.mailbox === INBOX) this.#onFlags(changed);
      }
      return;
    }
    const waiting = this.#waiting.get(req_id);
    this.#waiting.delete(req_id);
    if (action === "error") waiting?.reject(new RelayError(String(data)));
    else waiting?.resolve(data);
  }

  /** One after the other, in their order. */
  #fetchLater({ uid, flags, size }: WireSummary): void {
    const socket = this.#socket;
    this.#work = this.#work.then(async () => {
      // another connection tells of it again, after those before it
      if (this.#stopped || socket !== this.#socket || uid <= this.#uid) return;
      const found = await this.#ask(
        "fetch",
        { uid, encoding: "base64" },
        limitFor(size * BASE64),
      );
      const { body, body_base64 } = found as WireMessage;
      const raw = body_base64 === undefined
        ? toOctets(body ?? "")
        : fromBase64(body_base64);
      await this.#events?.onMessage(uid, raw, flags?.includes(SEEN) ?? false);
      this.#uid = Math.max(this.#uid, uid);
    }).catch(() => {
      // it comes with the next connection, before any that are younger
      this.#giveUp(socket);
    });
  }

  #ask(action: string, data: unknown, ms = ANSWER_MS): Promise<unknown> {
    const socket = this.#socket;
    if (socket?.readyState !== OPEN) {
      return Promise.reject(new Unreachable("There is no connection"));
    }
    const id = String(++this.#request);
    return new Promise((resolve, reject) => {
      const end = this.#outside.later(ms, () => {
        this.#waiting.delete(id);
        reject(new Unreachable("The relay does not answer"));
        this.#giveUp(socket); // what waits is sent over the next one
      });
      this.#waiting.set(id, {
        resolve: (value) => (end(), resolve(value)),
        reject: (error) => (end(), reject(error)),
      });
      socket.send(JSON.stringify({ req_id: id, action, data }));
    });
  }

  #tell(state: LinkState, why?: Error): void {
    this.#events?.onState(state, why?.message);
  }
}
