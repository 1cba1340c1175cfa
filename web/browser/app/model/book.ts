/** People, chats and messages: in memory, and in the vault before anybody is told. @module */
import { inviteSecret } from "../protocol/secret.ts";
import type { KnownSecret } from "../protocol/seal.ts";
import type { Vault } from "../storage/vault.ts";
import type {
  Account,
  Chat,
  ChatMessage,
  Contact,
  Handshake,
} from "./types.ts";

/** Of one chat in memory; older ones stay in the vault. */
const MAX_SHOWN = 500;

export class Book {
  readonly vault: Vault;
  #account: Account;
  #uid = 0;
  #lastNth = 0;
  readonly #contacts = new Map<string, Contact>();
  readonly #chats = new Map<string, Chat>();
  readonly #messages = new Map<string, Map<string, ChatMessage>>();
  /** Of each chat, in their order, until one changes. */
  readonly #sorted = new Map<string, readonly ChatMessage[]>();
  readonly #handshakes = new Map<string, Handshake>();
  readonly #drafts = new Map<string, string>();
  readonly #keptDrafts = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(vault: Vault, account: Account) {
    this.vault = vault;
    this.#account = account;
  }

  static async create(vault: Vault, account: Account): Promise<Book> {
    const book = new Book(vault, account);
    await vault.put("account", account);
    return book;
  }

  /** undefined when nothing is kept. */
  static async open(vault: Vault): Promise<Book | undefined> {
    const account = await vault.get<Account>("account");
    if (!account) return undefined;
    const book = new Book(vault, account);
    book.#uid = await vault.get<number>("uid") ?? 0;
    for (const contact of (await vault.all<Contact>("contact:")).values()) {
      book.#contacts.set(contact.fingerprint, contact);
    }
    for (const chat of (await vault.all<Chat>("chat:")).values()) {
      book.#chats.set(chat.id, chat);
    }
    for (const message of (await vault.all<ChatMessage>("message:")).values()) {
      book.#messagesOf(message.chat).set(message.id, message);
      book.#lastNth = Math.max(book.#lastNth, message.nth ?? 0);
    }
    for (const [name, one] of await vault.all<Handshake>("handshake:")) {
      book.#handshakes.set(name.slice("handshake:".length), one);
    }
    for (const [name, text] of await vault.all<string>("draft:")) {
      const chat = name.slice("draft:".length);
      book.#drafts.set(chat, text);
      book.#keptDrafts.set(chat, text);
    }
    return book;
  }

  get account(): Account {
    return this.#account;
  }

  /** The last message of the INBOX that was dealt with. */
  get uid(): number {
    return this.#uid;
  }

  get contacts(): readonly Contact[] {
    return [...this.#contacts.values()];
  }

  /** The latest first; without those that are blocked. */
  get chats(): readonly Chat[] {
    return [...this.#chats.values()].filter(({ isBlocked }) => !isBlocked)
      .sort((a, b) => b.at - a.at);
  }

  get blockedChats(): readonly Chat[] {
    return [...this.#chats.values()].filter(({ isBlocked }) => isBlocked);
  }

  /** What was begun to be written there. */
  draft(chat: string): string {
    return this.#drafts.get(chat) ?? "";
  }

  /** As it is typed; it is kept by `setDraft()`. */
  noteDraft(chat: string, text: string): void {
    if (text === "") this.#drafts.delete(chat);
    else if (this.#chats.has(chat)) this.#drafts.set(chat, text);
  }

  async setDraft(chat: string, text: string): Promise<void> {
    if (text !== "" && !this.#chats.has(chat)) return; // it was removed meanwhile
    this.noteDraft(chat, text);
    if (text === (this.#keptDrafts.get(chat) ?? "")) return;
    this.#keptDrafts.set(chat, text);
    this.#tell();
    if (text === "") await this.vault.remove(`draft:${chat}`);
    else await this.vault.put(`draft:${chat}`, text);
  }

  get handshakes(): readonly Handshake[] {
    return [...this.#handshakes.values()];
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  contact(fingerprint: string): Contact | undefined {
    return this.#contacts.get(fingerprint);
  }

  contactsAt(address: string): readonly Contact[] {
    return this.contacts.filter((contact) => contact.address === address);
  }

  chat(id: string): Chat | undefined {
    return this.#chats.get(id);
  }

  /** With an id that others know, too. */
  chatWithId(kind: "group" | "channel", groupId: string): Chat | undefined {
    return [...this.#chats.values()].find((chat) =>
      chat.kind === kind && chat.groupId === groupId
    );
  }

  singleChat(fingerprint: string): Chat | undefined {
    return this.chats.find((chat) =>
      chat.kind === "single" && chat.members[0] === fingerprint
    );
  }

  /** In their order; the last ones where there are many. */
  messages(chat: string): readonly ChatMessage[] {
    return this.allMessages(chat).slice(-MAX_SHOWN);
  }

  allMessages(chat: string): readonly ChatMessage[] {
    const known = this.#sorted.get(chat);
    if (known) return known;
    const sorted = [...this.#messagesOf(chat).values()]
      .sort((a, b) =>
        (a.sortAt ?? a.at) - (b.sortAt ?? b.at) || (a.nth ?? 0) - (b.nth ?? 0)
      );
    this.#sorted.set(chat, sorted);
    return sorted;
  }

  lastMessage(chat: string): ChatMessage | undefined {
    return this.allMessages(chat).at(-1);
  }

  message(id: string): ChatMessage | undefined {
    for (const messages of this.#messages.values()) {
      const found = messages.get(id);
      if (found) return found;
    }
    return undefined;
  }

  /** With which messages to us may be encrypted; the newest invitations first. */
  secrets(): KnownSecret[] {
    const own = this.#account.key.fingerprint;
    const channels = this.chats.flatMap(({ secret, isOwn, members }) => {
      const writer = isOwn ? own : members[0];
      return secret && writer
        ? [{ of: "channel", secret, writer } as const]
        : [];
    });
    const invitations = this.handshakes.toReversed().flatMap(
      ({ role, fingerprint, auth }): KnownSecret[] => {
        if (role === "invites") {
          return [{ of: "offer", secret: inviteSecret(own, auth) }];
        }
        const writer = fingerprint!;
        return [{ of: "join", secret: inviteSecret(writer, auth), writer }];
      },
    );
    return [...channels, ...invitations];
  }

  handshake(inviteNumber: string): Handshake | undefined {
    return this.#handshakes.get(inviteNumber);
  }

  async setAccount(account: Account): Promise<void> {
    await this.vault.put("account", account);
    this.#account = account;
    this.#tell();
  }

  async setUid(uid: number): Promise<void> {
    if (uid <= this.#uid) return;
    await this.vault.put("uid", uid);
    this.#uid = uid;
  }

  async setContact(contact: Contact): Promise<void> {
    await this.vault.put(`contact:${contact.fingerprint}`, contact);
    this.#contacts.set(contact.fingerprint, contact);
    this.#tell();
  }

  async setChat(chat: Chat): Promise<void> {
    await this.vault.put(`chat:${chat.id}`, chat);
    this.#chats.set(chat.id, chat);
    this.#tell();
  }

  /**
   * Changes it as it is by then: what comes and what people do goes on
   * meanwhile. Gives it as it is afterwards; undefined: there is none any more.
   */
  alterChat(
    id: string,
    change: (chat: Chat) => Chat,
  ): Promise<Chat | undefined> {
    return this.#inTurn(async () => {
      const before = this.#chats.get(id);
      const after = before && change(before);
      if (after && after !== before) await this.setChat(after);
      return after;
    });
  }

  /** As `alterChat()`. */
  alterMessage(
    id: string,
    change: (message: ChatMessage) => ChatMessage,
  ): Promise<ChatMessage | undefined> {
    return this.#inTurn(async () => {
      const before = this.message(id);
      const after = before && change(before);
      if (after && after !== before) await this.setMessage(after);
      return after;
    });
  }

  /** As `alterChat()`. */
  alterContact(
    fingerprint: string,
    change: (contact: Contact) => Contact,
  ): Promise<Contact | undefined> {
    return this.#inTurn(async () => {
      const before = this.#contacts.get(fingerprint);
      const after = before && change(before);
      if (after && after !== before) await this.setContact(after);
      return after;
    });
  }

  /** As `alterChat()`. */
  alterAccount(change: (account: Account) => Account): Promise<void> {
    return this.#inTurn(() => this.setAccount(change(this.#account)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // whoever asked hears of it
    return done;
  }

  async setMessage(given: ChatMessage): Promise<void> {
    const before = this.#messagesOf(given.chat).get(given.id);
    const message = { ...given, nth: before?.nth ?? ++this.#lastNth };
    await this.vault.put(`message:${message.chat}:${message.id}`, message);
    this.#messagesOf(message.chat).set(message.id, message);
    this.#sorted.delete(message.chat);
    this.#tell();
  }

  async setHandshake(handshake: Handshake): Promise<void> {
    const { inviteNumber } = handshake;
    await this.vault.put(`handshake:${inviteNumber}`, handshake);
    this.#handshakes.set(inviteNumber, handshake);
  }

  async removeHandshake({ inviteNumber }: Handshake): Promise<void> {
    await this.vault.remove(`handshake:${inviteNumber}`);
    this.#handshakes.delete(inviteNumber);
  }

  /** With all its messages and files. */
  removeChat(id: string): Promise<void> {
    return this.#inTurn(() => this.#removeChat(id));
  }

  async #removeChat(id: string): Promise<void> {
    await this.#emptyChat(id);
    const { face } = this.#chats.get(id) ?? {};
    if (face) await this.vault.remove(face);
    await this.vault.remove(`chat:${id}`);
    this.#chats.delete(id);
    this.#tell();
  }

  /** Its messages and files, and what was begun there. */
  emptyChat(id: string): Promise<void> {
    return this.#inTurn(() => this.#emptyChat(id));
  }

  async #emptyChat(id: string): Promise<void> {
    for (const message of this.#messagesOf(id).values()) {
      if (message.file?.key) await this.vault.remove(message.file.key);
      await this.vault.remove(`message:${id}:${message.id}`);
    }
    await this.setDraft(id, "");
    for (const one of this.handshakes) {
      if (one.chat === id) await this.removeHandshake(one);
    }
    this.#messages.delete(id);
    this.#sorted.delete(id);
    this.#tell();
  }

  removeMessage(message: ChatMessage): Promise<void> {
    return this.#inTurn(() => this.#removeMessage(message));
  }

  async #removeMessage(message: ChatMessage): Promise<void> {
    if (message.file?.key) await this.vault.remove(message.file.key);
    await this.vault.remove(`message:${message.chat}:${message.id}`);
    this.#messagesOf(message.chat).delete(message.id);
    this.#sorted.delete(message.chat);
    this.#tell();
  }

  #messagesOf(chat: string): Map<string, ChatMessage> {
    const found = this.#messages.get(chat);
    if (found) return found;
    const made = new Map<string, ChatMessage>();
    this.#messages.set(chat, made);
    return made;
  }

  #tell(): void {
    for (const onChange of this.#watchers) onChange();
  }
}
