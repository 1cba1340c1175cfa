/** What another device of ours has done, done here: nobody is told of it again. @module */
import { fromBase64 } from "../../protocol/octets.ts";
import { visibleName } from "../../protocol/visible.ts";
import type { Book } from "../book.ts";
import { now } from "../clock.ts";
import { keepFace, pictureType } from "../faces.ts";
import { added, timesOf, withTimes } from "../membership.ts";
import { newChat } from "../new_chat.ts";
import { muted, placed } from "../places.ts";
import { accepted, block, blockGroup } from "../requests.ts";
import type { Chat } from "../types.ts";
import type { SyncAction, SyncData, SyncId } from "./sync_items.ts";

const CHAT_ID = /^[A-Za-z0-9_-]{4,128}$/;
const CHANNEL_SECRET = /^[A-Za-z0-9_-]{43,100}$/;
const MAX_NAME = 200;
const MAX_OWN_NAME = 80;
const MAX_FACE_LETTERS = 512 * 1024;
const PLACES = {
  Normal: undefined,
  Archived: "archived",
  Pinned: "pinned",
} as const;

export async function carryOut(book: Book, data: SyncData): Promise<void> {
  if ("AlterChat" in data) {
    const { id, action } = data.AlterChat;
    return await alterChat(book, id, action);
  }
  if ("DeleteMessages" in data) {
    for (const id of data.DeleteMessages.msgs) {
      const message = book.message(id);
      if (message) await book.removeMessage(message);
    }
    return;
  }
  const { key, val } = data.Config;
  if (key === "Selfavatar") return await setFace(book, val);
  const change = key === "Displayname"
    ? { name: visibleName(val, MAX_OWN_NAME) }
    : { sendsReceipts: val === "1" };
  await book.alterAccount((one) => ({ ...one, ...change }));
}

async function setFace(book: Book, base64: string): Promise<void> {
  if (base64.length > MAX_FACE_LETTERS) return;
  const octets = base64 === "" ? "none" : fromBase64(base64);
  if (octets !== "none" && !pictureType(octets)) return;
  const face = await keepFace(book.vault, octets, book.account.face);
  await book.alterAccount(({ face: _, ...one }) => ({
    ...one,
    ...(face ? { face } : {}),
  }));
}

async function alterChat(
  book: Book,
  id: SyncId,
  action: SyncAction,
): Promise<void> {
  if ("ContactFingerprint" in id) {
    const contact = book.contact(id.ContactFingerprint);
    if (contact && (action === "Block" || action === "Unblock")) {
      return await block(book, contact, action === "Block");
    }
  } else if (typeof action === "object") {
    if (await create(book, id.Grpid, action)) return;
  }
  const chat = chatOf(book, id);
  if (!chat) return;
  if (action === "Delete") return await book.removeChat(chat.id);
  if (action === "Block") return await blockGroup(book, chat);
  const change = changeBy(book, action);
  if (change) await book.alterChat(chat.id, change);
}

function chatOf(book: Book, id: SyncId): Chat | undefined {
  return "Grpid" in id
    ? book.chatWithId("group", id.Grpid) ?? book.chatWithId("channel", id.Grpid)
    : book.singleChat(id.ContactFingerprint);
}

function changeBy(
  book: Book,
  action: SyncAction,
): ((chat: Chat) => Chat) | undefined {
  if (action === "Accept" || action === "Unblock") {
    return ({ isBlocked: _, ...chat }) => accepted(chat);
  }
  if (typeof action === "string") return undefined;
  if ("SetVisibility" in action) {
    const place = PLACES[action.SetVisibility];
    return (chat) => placed(chat, place);
  }
  if ("SetMuted" in action) {
    const { SetMuted: value } = action;
    const until = typeof value === "object"
      ? value.Until.secs_since_epoch
      : undefined;
    return (chat) => muted(chat, value !== "NotMuted", until);
  }
  if (!("SetPgpContacts" in action)) return undefined;
  const own = book.account.key.fingerprint;
  const listed = action.SetPgpContacts.map(([fingerprint]) => fingerprint);
  const others = listed.filter((one) => one !== own && book.contact(one));
  return (chat) => {
    if (chat.isOwn) {
      return { ...chat, members: [...new Set([...chat.members, ...others])] };
    }
    if (chat.kind !== "group") return chat;
    // of a group that nobody else has heard of: the list is what there is
    const times = Object.fromEntries(
      listed.map((one) => [one, [0, 0]] as const),
    );
    return withTimes(chat, added(times, own, 0), own);
  };
}

/** Whether that was it. */
async function create(
  book: Book,
  groupId: string,
  action: SyncAction & object,
): Promise<boolean> {
  if (!CHAT_ID.test(groupId)) return false;
  if ("CreateGroupEncrypted" in action) {
    if (book.chatWithId("group", groupId)) return true;
    const own = book.account.key.fingerprint;
    const name = visibleName(action.CreateGroupEncrypted, MAX_NAME);
    const chat = { ...newChat("group", name), groupId, heardAt: now() };
    await book.setChat(withTimes(chat, added(timesOf(chat, own), own), own));
    return true;
  }
  if (!("CreateOutBroadcast" in action)) return false;
  const { chat_name, secret } = action.CreateOutBroadcast;
  if (!book.chatWithId("channel", groupId) && CHANNEL_SECRET.test(secret)) {
    await book.setChat({
      ...newChat("channel", visibleName(chat_name, MAX_NAME)),
      isOwn: true,
      groupId,
      secret,
    });
  }
  return true;
}
