/**
 * Secure-Join (https://securejoin.delta.chat): both sides of "setup contact"
 * and "join group", and the joining side of channels. The key is asked for with
 * the secret of the invitation, or in clear where that is older.
 *
 * @module
 */
import { type Invite, inviteLink } from "../protocol/invite.ts";
import type { Fields } from "../protocol/fields.ts";
import { randomId } from "../protocol/octets.ts";
import { makeMessageId } from "../protocol/writer.ts";
import type { KnownKey, Received } from "../protocol/reader.ts";
import { inviteSecret } from "../protocol/secret.ts";
import type { Book } from "./book.ts";
import type { Channels } from "./channels.ts";
import { writeFace } from "./faces.ts";
import { added, timesOf, withTimes } from "./membership.ts";
import { newChat } from "./new_chat.ts";
import { now } from "./clock.ts";
import type { Outbox } from "./outbox.ts";
import { brought } from "./places.ts";
import { accepted } from "./requests.ts";
import type { Chat, Contact, Handshake, InfoKind } from "./types.ts";

/** Of one name and group: the same code as long as the page is shown again. */
const OFFER_SECONDS = 7 * 86_400;

export class Handshakes {
  readonly #book: Book;
  readonly #outbox: Outbox;

  readonly #channels: Channels;

  constructor(book: Book, outbox: Outbox, channels: Channels) {
    this.#book = book;
    this.#outbox = outbox;
    this.#channels = channels;
  }

  /** The link of ours to meet us, or to come into a group of ours. */
  async offer(chat?: Chat): Promise<string> {
    const { address, name, key } = this.#book.account;
    const groupId = chat?.groupId;
    let handshake = this.#book.handshakes.find((one) =>
      one.role === "invites" && one.groupId === groupId &&
      one.at > now() - OFFER_SECONDS
    );
    if (!handshake) {
      handshake = {
        role: "invites",
        inviteNumber: randomId(),
        auth: randomId(),
        at: now(),
        ...(chat && groupId !== undefined
          ? { chat: chat.id, groupId, groupName: chat.name }
          : {}),
      };
      await this.#book.setHandshake(handshake);
    }
    const { inviteNumber, auth } = handshake;
    return inviteLink({
      kind: chat ? chat.isOwn ? "channel" : "group" : "contact",
      fingerprint: key.fingerprint,
      address,
      name,
      inviteNumber,
      auth,
      ...(chat && groupId !== undefined
        ? { groupId, groupName: chat.name }
        : {}),
    });
  }

  /** Begins to join; gives the chat in which it will be. */
  async join(invite: Invite): Promise<Chat> {
    const { fingerprint, address, auth, groupId } = invite;
    if (fingerprint === this.#book.account.key.fingerprint) {
      throw new Error("own_invite");
    }
    const found = invite.kind === "contact"
      ? this.#book.singleChat(fingerprint)
      : this.#book.chatWithId(invite.kind, groupId!);
    const chat = found ?? this.#chatToBe(invite);
    if (!found) await this.#book.setChat(chat);
    // who asks for it wants it
    await this.#book.alterChat(
      chat.id,
      ({ isBlocked: _, ...one }) => brought({ ...accepted(one), at: now() }),
    );
    const handshake: Handshake = {
      role: "joins",
      fingerprint,
      address,
      inviteNumber: invite.inviteNumber ?? auth,
      auth,
      name: invite.name,
      chat: chat.id,
      at: now(),
      ...(groupId === undefined ? {} : { groupId }),
    };
    await this.#book.setHandshake(handshake);
    await this.#say(chat, "joining", invite.name || address);
    if (invite.inviteNumber !== undefined && !invite.isPrivate) {
      const step = invite.kind === "contact" ? "vc-request" : "vg-request";
      await this.#outbox.requestKey(address, invite.inviteNumber, step);
    } else {
      await this.#outbox.sendBySecret(
        [address, ...invite.otherAddresses ?? []],
        {
          step: "vc-request-pubkey",
          auth,
          secret: inviteSecret(fingerprint, auth),
          withKey: false,
        },
      );
    }
    return chat;
  }

  #chatToBe({ kind, fingerprint, name, address, ...invite }: Invite): Chat {
    const members = [fingerprint];
    if (kind === "contact") {
      return { ...newChat("single", name || address), members };
    }
    const { groupId, groupName = "" } = invite;
    return { ...newChat(kind, groupName), groupId: groupId!, members };
  }

  /** Whether it was a step of a handshake, and nothing to be shown. */
  async handle(message: Received): Promise<boolean> {
    const invited = message.field("secure-join-invitenumber");
    const step = message.field("secure-join");
    switch (message.secret?.of) {
      case "offer": // whoever has seen our code; nothing else is said with it
        if (step === "vc-request-pubkey") await this.#onKeyRequest(message);
        return true;
      case "join":
        if (step === "vc-pubkey") await this.#onKey(message);
        return true;
      case "channel":
        return false;
    }
    if (invited !== undefined) {
      await this.#onRequest(message, invited);
      return true;
    }
    if (step === undefined) return false;
    if (step === "vg-member-added") return false; // a message of the group, too
    if (!this.#isForUs(message)) return true;
    switch (step) {
      case "vc-auth-required":
      case "vg-auth-required":
        await this.#onKey(message);
        break;
      case "vc-request-with-auth":
      case "vg-request-with-auth":
        await this.#onRequestWithAuth(message);
        break;
    }
    return true;
  }

  /** Who wrote it says that it is for our key: nobody can hand on what they got from them. */
  #isForUs({ gossip }: Received): boolean {
    const own = this.#book.account.key.fingerprint;
    return gossip.some(({ fingerprint }) => fingerprint === own);
  }

  /** We invite: somebody who knows the secret wants our key. */
  async #onKeyRequest(message: Received): Promise<void> {
    const auth = message.field("secure-join-auth")?.trim() ?? "";
    const secret = message.secret!.secret;
    if (secret !== inviteSecret(this.#book.account.key.fingerprint, auth)) {
      return;
    }
    const { address } = message.from;
    if (this.#book.contactsAt(address).some(({ blocked }) => blocked)) return;
    await this.#outbox.sendBySecret([address], {
      step: "vc-pubkey",
      auth,
      secret,
      withKey: true,
    });
  }

  /** We invite: somebody wants our key. */
  async #onRequest(message: Received, inviteNumber: string): Promise<void> {
    const offered = this.#book.handshake(inviteNumber);
    if (offered?.role !== "invites" || !message.autocrypt) return;
    const guest = await this.#learn(message.autocrypt, message.from.name);
    await this.#sendStep(guest, [["Secure-Join", "vc-auth-required"]]);
  }

  /** We join: the one who invites has shown the key, which has to be that of the link. */
  async #onKey(message: Received): Promise<void> {
    const { signer } = message;
    if (!signer) return;
    const joining = this.#book.handshakes.filter((one) =>
      one.role === "joins" && one.fingerprint === signer.fingerprint
    );
    for (const handshake of joining) {
      const name = message.from.name || (handshake.name ?? "");
      const host = await this.#learn(signer, name, true);
      const isGroup = handshake.groupId !== undefined;
      const chat = handshake.chat && this.#book.chat(handshake.chat);
      await this.#sendStep(host, [
        [
          "Secure-Join",
          isGroup ? "vg-request-with-auth" : "vc-request-with-auth",
        ],
        ["Secure-Join-Auth", handshake.auth],
        ["Secure-Join-Fingerprint", this.#book.account.key.fingerprint],
        ...(chat && chat.kind === "group"
          ? [["Secure-Join-Group", handshake.groupId!] as const]
          : []),
      ]);
      await this.#book.removeHandshake(handshake);
      if (chat && !isGroup) {
        await this.#book.alterChat(
          chat.id,
          (one) => ({ ...one, name: host.name }),
        );
        await this.#say(chat, "secure", host.name);
      }
    }
  }

  /** We invite: they know what only the link says, and sign with the key that they name. */
  async #onRequestWithAuth(message: Received): Promise<void> {
    const { signer } = message;
    const auth = message.field("secure-join-auth")?.trim();
    const named = message.field("secure-join-fingerprint")?.trim();
    const offered = this.#book.handshakes.find((one) =>
      one.role === "invites" && one.auth === auth
    );
    if (!signer || !offered || named?.toUpperCase() !== signer.fingerprint) {
      return;
    }
    // an old code may have been seen by many
    const isFresh = offered.at > now() - OFFER_SECONDS;
    const guest = await this.#learn(signer, message.from.name, isFresh);
    if (guest.blocked) return;
    if (offered.groupId !== undefined) {
      const chat = this.#book.chat(offered.chat ?? "");
      // nobody opens a door for others to where they are not any more
      if (!chat || chat.left) return;
      if (chat.isOwn) await this.#channels.admit(chat, guest);
      else await this.#admit(chat, guest);
      return;
    }
    await this.#sendStep(guest, [["Secure-Join", "vc-contact-confirm"]]);
    const found = this.#book.singleChat(guest.fingerprint);
    const single = found ?? {
      ...newChat("single", guest.name),
      members: [guest.fingerprint],
    };
    if (!found) await this.#book.setChat(single);
    await this.#book.alterChat(
      single.id,
      (one) => brought({ ...accepted(one), at: now() }),
    );
    await this.#say(single, "secure", guest.name);
  }

  async #admit(chat: Chat, guest: Contact): Promise<void> {
    const own = this.#book.account.key.fingerprint;
    const changed = await this.#book.alterChat(chat.id, (one) => {
      const times = timesOf(one, own);
      const isThere = one.members.includes(guest.fingerprint);
      return {
        ...withTimes(
          one,
          isThere ? times : added(times, guest.fingerprint),
          own,
        ),
        at: now(),
      };
    });
    if (!changed) return;
    await this.#outbox.toChat(changed, {
      gossip: true,
      body: { kind: "text", text: `Member ${guest.address} was added.` },
      fields: [
        ["Chat-Group-Member-Added", guest.address],
        ["Chat-Group-Member-Added-Fpr", guest.fingerprint],
        ["Secure-Join", "vg-member-added"],
        ...await this.#faceOf(changed),
      ],
    });
    await this.#say(changed, "member_added", guest.name);
  }

  async #faceOf({ face }: Chat): Promise<Fields> {
    const octets = face && await this.#book.vault.get<Uint8Array>(face);
    return octets ? [["Chat-Group-Avatar", writeFace(octets)]] : [];
  }

  async #sendStep(to: Contact, fields: Fields): Promise<void> {
    await this.#outbox.send({
      to: [to],
      gossip: true, // whoever gets it sees that it is meant for their key
      body: { kind: "text", text: `Secure-Join: ${fields[0]![1]}` },
      fields,
    });
  }

  async #learn(
    key: KnownKey,
    name: string,
    verified = false,
  ): Promise<Contact> {
    const before = this.#book.contact(key.fingerprint);
    const contact: Contact = {
      ...before,
      ...key,
      name: name || before?.name || key.address,
      verified: verified || (before?.verified ?? false),
    };
    await this.#book.setContact(contact);
    return contact;
  }

  async #say(chat: Chat, what: InfoKind, name: string): Promise<void> {
    await this.#book.setMessage({
      id: makeMessageId(),
      chat: chat.id,
      from: "",
      at: now(),
      text: "",
      info: { what, name },
      state: "seen",
      reactions: {},
    });
  }
}

export type { Handshake };
