/** What one does with chats, people and the profile here, told to one's other devices. @module */
import { toBase64 } from "../../protocol/octets.ts";
import type { Book } from "../book.ts";
import { keepFace } from "../faces.ts";
import { muted, placed } from "../places.ts";
import { accepted, block, blockGroup, unblockGroup } from "../requests.ts";
import type { Chat, ChatMessage, Contact } from "../types.ts";
import type { OtherDevices } from "./other_devices.ts";
import type { SyncAction, SyncId, Visibility } from "./sync_items.ts";

export class Acts {
  readonly #book: Book;
  readonly #devices: OtherDevices;

  constructor(book: Book, devices: OtherDevices) {
    this.#book = book;
    this.#devices = devices;
  }

  async place(chat: Chat, place: Chat["place"] | undefined): Promise<void> {
    await this.#book.alterChat(chat.id, (one) => placed(one, place));
    const names: Readonly<Record<string, Visibility>> = {
      pinned: "Pinned",
      archived: "Archived",
    };
    await this.#tell(chat, { SetVisibility: names[place ?? ""] ?? "Normal" });
  }

  async mute(chat: Chat, isMuted: boolean): Promise<void> {
    await this.#book.alterChat(chat.id, (one) => muted(one, isMuted));
    await this.#tell(chat, { SetMuted: isMuted ? "Forever" : "NotMuted" });
  }

  /** A chat that a stranger has begun. */
  async accept(chat: Chat): Promise<void> {
    if (!chat.isRequest) return;
    await this.#book.alterChat(chat.id, accepted);
    await this.#tell(chat, "Accept");
  }

  /** Nothing more of it is wanted; they are not told. */
  async refuse(chat: Chat): Promise<void> {
    const contact = this.#book.contact(chat.members[0] ?? "");
    if (chat.kind === "single" && contact) return this.block(contact, true);
    await blockGroup(this.#book, chat);
    await this.#tell(chat, "Block");
  }

  async block(contact: Contact, isBlocked: boolean): Promise<void> {
    await block(this.#book, contact, isBlocked);
    await this.#devices.tell({
      AlterChat: {
        id: { ContactFingerprint: contact.fingerprint },
        action: isBlocked ? "Block" : "Unblock",
      },
    });
  }

  async unblockGroup(chat: Chat): Promise<void> {
    await unblockGroup(this.#book, chat);
    await this.#tell(chat, "Unblock");
  }

  async remove(chat: Chat): Promise<void> {
    await this.#book.removeChat(chat.id);
    await this.#tell(chat, "Delete");
  }

  /** For oneself alone. */
  async forget(message: ChatMessage): Promise<void> {
    await this.#book.removeMessage(message);
    if (message.info || message.isInClear) return;
    await this.#devices.tell({ DeleteMessages: { msgs: [message.id] } });
  }

  async rename(name: string): Promise<void> {
    await this.#book.alterAccount((one) => ({ ...one, name }));
    await this.#devices.tell({ Config: { key: "Displayname", val: name } });
  }

  async sendReceipts(sendsReceipts: boolean): Promise<void> {
    await this.#book.alterAccount((one) => ({ ...one, sendsReceipts }));
    const val = sendsReceipts ? "1" : "0";
    await this.#devices.tell({ Config: { key: "MdnsEnabled", val } });
  }

  async setFace(picture: Uint8Array | "none"): Promise<void> {
    const before = this.#book.account.face;
    const face = await keepFace(this.#book.vault, picture, before);
    await this.#book.alterAccount(({ face: _, ...one }) => ({
      ...one,
      ...(face ? { face } : {}),
    }));
    const val = picture === "none" ? "" : toBase64(picture);
    await this.#devices.tell({ Config: { key: "Selfavatar", val } });
  }

  async #tell(chat: Chat, action: SyncAction): Promise<void> {
    const id = idOf(chat);
    if (id) await this.#devices.tell({ AlterChat: { id, action } });
  }
}

/** As other devices know it. */
function idOf({ kind, groupId, members }: Chat): SyncId | undefined {
  if (groupId !== undefined) return { Grpid: groupId };
  const [fingerprint] = members;
  return kind === "single" && fingerprint
    ? { ContactFingerprint: fingerprint }
    : undefined;
}
