/** What several scenes do with a chat. @module */
import assert from "node:assert/strict";
import type { Member } from "./core.ts";

/** The chat with the contact of this name. */
export async function chatWith(member: Member, name: string): Promise<number> {
  const [chat] = (await member.rpc.getChatlistEntries(member.id, 0, name, null))
    .filter((id) => id > 9); // pseudo chats such as the archive link
  assert.ok(chat !== undefined, `${member.address} has a chat with ${name}`);
  return chat;
}

/**
 * All join a group, one after the other: a core that joins while others do may
 * never be told their keys.
 */
export async function gather(
  host: Member,
  group: number,
  joiners: readonly Member[],
): Promise<void> {
  const code = await host.rpc.getChatSecurejoinQrCode(host.id, group);
  for (const [index, joiner] of joiners.entries()) {
    await joiner.rpc.secureJoin(joiner.id, code);
    await host.core.until(
      `member ${index + 2}`,
      async () =>
        (await host.rpc.getChatContacts(host.id, group)).length === index + 2,
    );
  }
}

/** Sends so many random octets as a file and gives their digest. */
export async function sendFile(
  member: Member,
  chat: number,
  path: string,
  sizeOctets: number,
): Promise<string> {
  const octets = new Uint8Array(sizeOctets);
  for (let at = 0; at < octets.length; at += 65_536) {
    crypto.getRandomValues(octets.subarray(at, at + 65_536));
  }
  await Deno.writeFile(path, octets);
  await member.rpc.sendMsg(member.id, chat, {
    text: "Large",
    html: null,
    viewtype: "File",
    file: path,
    filename: path.split("/").at(-1)!,
    location: null,
    overrideSenderName: null,
    quotedMessageId: null,
    quotedText: null,
  });
  return await digest(octets);
}

export async function digest(
  octets: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets)).toHex();
}
