/** A chat that begins. @module */
import { randomId } from "../protocol/octets.ts";
import { now } from "./clock.ts";
import type { Chat } from "./types.ts";

export function newChat(kind: Chat["kind"], name: string): Chat {
  const id = randomId();
  return { id, kind, name, members: [], unread: 0, at: now() };
}
