/**
 * What a mail server has promised: every 250, APPEND OK, STORE OK and EXPUNGE
 * OK. What was asked but not answered before a crash may hold or not.
 *
 * @module
 */

/** One message in one mailbox, as far as the server has told. */
interface Entry {
  readonly id: string;
  /** Undefined until it was seen. */
  uid: number | undefined;
  /** Flag lists that may hold: one after a STORE OK, two after an unanswered STORE. */
  allowedFlags: string[];
  state: "promised" | "unanswered" | "expunge_unanswered" | "expunged";
  readonly payloadHash: string;
  bodyChecked: boolean;
}

export interface SeenMessage {
  readonly id: string | undefined;
  readonly uid: number;
  readonly flags: readonly string[];
  /** Only of messages whose body was fetched. */
  readonly payloadHash?: string;
}

export interface SeenMailbox {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly messages: readonly SeenMessage[];
}

/** The promises about one mailbox. */
export class MailboxLedger {
  readonly #entries = new Map<string, Entry>();
  #uidValidity: number | undefined;
  /** What UIDNEXT may not fall below. */
  #uidNext = 1;
  /** UIDNEXT at the last look: what was not there then has a UID from here on. */
  #uidNextSeen = 1;
  constructor(readonly address: string) {}

  /** A message was handed over, perhaps again; it is here for sure only after `promise`. */
  expect(id: string, payloadHash: string, flags = ""): void {
    if (this.#entries.has(id)) return;
    this.#entries.set(id, {
      id,
      uid: undefined,
      allowedFlags: [flags],
      state: "unanswered",
      payloadHash,
      bodyChecked: false,
    });
  }

  promise(id: string, uid?: number): void {
    const entry = this.#entry(id);
    if (entry.state === "unanswered") entry.state = "promised";
    if (uid !== undefined) {
      entry.uid = uid;
      this.#uidNext = Math.max(this.#uidNext, uid + 1);
    }
  }

  /** Messages whose UID is known and that nobody has asked to expunge. */
  known(): { id: string; uid: number; flags: string }[] {
    const found: { id: string; uid: number; flags: string }[] = [];
    for (const { id, uid, state, allowedFlags } of this.#entries.values()) {
      if (uid === undefined || state !== "promised") continue;
      found.push({ id, uid, flags: allowedFlags.at(-1) ?? "" });
    }
    return found;
  }

  /** UIDs of messages whose body has not been compared yet. */
  unchecked(seen: readonly SeenMessage[]): number[] {
    return seen.filter(({ id }) =>
      id !== undefined && this.#entries.get(id)?.bodyChecked === false
    ).map(({ uid }) => uid);
  }

  asksFlags(id: string, flags: string): void {
    this.#entry(id).allowedFlags.push(flags);
  }

  promiseFlags(id: string, flags: string): void {
    this.#entry(id).allowedFlags = [flags];
  }

  asksExpunge(id: string): void {
    this.#entry(id).state = "expunge_unanswered";
  }

  promiseExpunge(id: string): void {
    this.#entry(id).state = "expunged";
  }

  /**
   * Compares with what the server shows after a restart, and takes over what
   * was open: from then on it must stay so.
   *
   * @returns what is wrong, one line each
   */
  compare(seen: SeenMailbox): string[] {
    const faults: string[] = [];
    const fault = (text: string) => faults.push(`${this.address}: ${text}`);
    if ((this.#uidValidity ?? seen.uidValidity) !== seen.uidValidity) {
      fault(`UIDVALIDITY ${this.#uidValidity} became ${seen.uidValidity}`);
    }
    this.#uidValidity = seen.uidValidity;
    if (seen.uidNext < this.#uidNext) {
      fault(`UIDNEXT fell from ${this.#uidNext} to ${seen.uidNext}`);
    }
    const present = new Map<string, SeenMessage>();
    let previous = 0;
    for (const message of seen.messages) {
      const { id, uid } = message;
      if (uid <= previous) fault(`UID ${uid} after ${previous}`);
      previous = uid;
      if (uid >= seen.uidNext) fault(`UID ${uid} and UIDNEXT ${seen.uidNext}`);
      if (id === undefined) fault(`UID ${uid} has no Message-ID`);
      else if (present.has(id)) fault(`${id} is there twice`);
      else present.set(id, message);
    }
    for (const entry of this.#entries.values()) {
      const found = present.get(entry.id);
      present.delete(entry.id);
      for (const text of this.#settle(entry, found)) fault(text);
    }
    for (const id of present.keys()) fault(`${id} was never sent here`);
    this.#uidNext = this.#uidNextSeen = seen.uidNext;
    return faults;
  }

  #settle(entry: Entry, found: SeenMessage | undefined): string[] {
    const { id, state } = entry;
    if (!found) {
      if (state === "promised") return [`${id} is lost`];
      if (state === "expunge_unanswered") entry.state = "expunged";
      else if (state === "unanswered") this.#entries.delete(id);
      return [];
    }
    if (state === "expunged") return [`${id} has come back`];
    const faults: string[] = [];
    if (entry.uid === undefined) {
      if (found.uid < this.#uidNextSeen) {
        faults.push(`${id} got UID ${found.uid} below ${this.#uidNextSeen}`);
      }
    } else if (entry.uid !== found.uid) {
      faults.push(`${id} had UID ${entry.uid}, has ${found.uid}`);
    }
    const flags = [...found.flags].sort().join(" ");
    if (!entry.allowedFlags.includes(flags)) {
      faults.push(
        `${id} has (${flags}), not (${entry.allowedFlags.join("|")})`,
      );
    }
    if (found.payloadHash !== undefined) {
      entry.bodyChecked = true;
      if (found.payloadHash !== entry.payloadHash) {
        faults.push(`${id} has another body`);
      }
    }
    entry.uid = found.uid;
    entry.allowedFlags = [flags];
    entry.state = "promised";
    return faults;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new TypeError(`${id} is not in the ledger`);
    return entry;
  }
}
