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
  readonly #contacts = new Map<string, Contact>();
  readonly #chats = new Map<string, Chat>();
  readonly #messages = new Map<string, Map<string, ChatMessage>>();
  readonly #handshakes = new Map<string, Handshake>();
  readonly #watchers = new Set<() => void>();

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
    }
    for (const [name, one] of await vault.all<Handshake>("handshake:")) {
      book.#handshakes.set(name.slice("handshake:".length), one);
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

  /** The latest first. */
  get chats(): readonly Chat[] {
    return [...this.#chats.values()].sort((a, b) => b.at - a.at);
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
    return this.chats.find((chat) =>
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
    return [...this.#messagesOf(chat).values()].sort((a, b) => a.at - b.at)
      .slice(-MAX_SHOWN);
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
    const channels = this.chats.flatMap(({ secret, members: [writer] }) =>
      secret && writer ? [{ of: "channel", secret, writer } as const] : []
    );
    const invitations = this.handshakes.toReversed().flatMap(
      ({ role, fingerprint, auth }): KnownSecret[] => {
        if (role === "invites") {
          const own = this.#account.key.fingerprint;
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

  async setMessage(message: ChatMessage): Promise<void> {
    await this.vault.put(`message:${message.chat}:${message.id}`, message);
    this.#messagesOf(message.chat).set(message.id, message);
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
  async removeChat(id: string): Promise<void> {
    for (const message of this.#messagesOf(id).values()) {
      if (message.file) await this.vault.remove(message.file.key);
      await this.vault.remove(`message:${id}:${message.id}`);
    }
    await this.vault.remove(`chat:${id}`);
    this.#messages.delete(id);
    this.#chats.delete(id);
    this.#tell();
  }

  async removeMessage(message: ChatMessage): Promise<void> {
    if (message.file) await this.vault.remove(message.file.key);
    await this.vault.remove(`message:${message.chat}:${message.id}`);
    this.#messagesOf(message.chat).delete(message.id);
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
