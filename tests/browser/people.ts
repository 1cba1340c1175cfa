/** A relay in memory, and people who write to each other over it. @module */
import * as openpgp from "../../web/browser/openpgp.ts";
import {
  type MailEvents,
  type MailLink,
  RelayError,
  Unreachable,
} from "../../web/browser/app/net/mail_link.ts";
import { makeKey } from "../../web/browser/app/protocol/keys.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import { useOpenPgp } from "../../web/browser/app/protocol/openpgp.ts";
import { MemoryVault } from "../../web/browser/app/storage/vault.ts";
import { Book } from "../../web/browser/app/model/book.ts";
import { Messenger } from "../../web/browser/app/model/messenger.ts";

useOpenPgp(openpgp);

/** Delivers at once, and keeps what was sent. */
export class MemoryRelay {
  readonly sent: { readonly to: readonly string[]; readonly raw: string }[] =
    [];
  /** What was marked as read, by whom. */
  readonly seen: string[] = [];
  readonly #inboxes = new Map<string, MailEvents>();
  readonly #uids = new Map<string, number>();
  refusal: string | undefined;
  isThere = true;
  /** What is sent arrives, and nobody is told so. */
  losesAnswers = false;
  /** What is under way, as long as it is held. */
  #held: (() => void)[] | undefined;
  #work: Promise<void> = Promise.resolve();

  link(address: string): MailLink {
    const none = () => Promise.resolve([]);
    const nothing = () => Promise.resolve();
    return {
      start: (_uid, events) => {
        this.#inboxes.set(address, events);
        events.onState("online");
      },
      send: (to, raw) => {
        if (!this.isThere) return Promise.reject(new Unreachable());
        if (this.refusal) return Promise.reject(new RelayError(this.refusal));
        this.sent.push({ to, raw });
        for (const one of to) {
          const go = () => this.#deliver(one, raw);
          if (this.#held) this.#held.push(go);
          else go();
        }
        if (this.losesAnswers) return Promise.reject(new Unreachable());
        return Promise.resolve();
      },
      remove: nothing,
      markSeen: (uid) => {
        if (!this.isThere) return Promise.reject(new Unreachable());
        this.seen.push(`${address} ${uid}`);
        return Promise.resolve();
      },
      askSeen: nothing,
      folders: none,
      list: none,
      changeFolder: nothing,
      move: nothing,
      again() {},
      stop() {},
    };
  }

  #deliver(address: string, raw: string): void {
    const uid = (this.#uids.get(address) ?? 0) + 1;
    this.#uids.set(address, uid);
    this.#work = this.#work.then(() =>
      this.#inboxes.get(address)?.onMessage(uid, toOctets(raw), false)
    );
  }

  /** Nothing arrives until `release()`. */
  hold(): void {
    this.#held = [];
  }

  /** @param isTurned the last first */
  async release({ isTurned = false } = {}): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of isTurned ? held.toReversed() : held) go();
    await this.settle();
  }

  /** What is held is lost. */
  drop(): void {
    this.#held = undefined;
  }

  /** There it is again. */
  return(): void {
    this.isThere = true;
    for (const events of this.#inboxes.values()) events.onState("online");
  }

  /** Until nothing is under way. */
  async settle(): Promise<void> {
    let work: Promise<void> | undefined;
    while (work !== this.#work) {
      work = this.#work;
      await work;
    }
  }
}

export async function person(
  relay: MemoryRelay,
  name: string,
  domain = "relay.example",
): Promise<Messenger> {
  const address = `${name.toLowerCase()}@${domain}`;
  const book = await Book.create(new MemoryVault(), {
    address,
    password: "a password",
    name,
    key: await makeKey(address),
    sendsReceipts: true,
  });
  const messenger = new Messenger(book, relay.link(address));
  messenger.start();
  return messenger;
}

/** Ann invites, Bob joins. */
export async function acquainted(domain?: string) {
  const relay = new MemoryRelay();
  const ann = await person(relay, "Ann", domain);
  const bob = await person(relay, "Bob", domain);
  const chat = await bob.join(await ann.handshakes.offer());
  await relay.settle();
  return { relay, ann, bob, chat };
}

export function texts(messenger: Messenger, chat: string): string[] {
  return messenger.book.messages(chat).filter(({ info }) => !info)
    .map(({ text }) => text);
}
