/** Where a chat stands in the list, and whether anything is said of it. @module */
import { now } from "./clock.ts";
import type { Chat } from "./types.ts";

export function isMuted({ isMuted, mutedUntil }: Chat): boolean {
  return isMuted === true && (mutedUntil === undefined || mutedUntil > now());
}

/** Something has come or was written: it is no longer away, unless nothing of it is to be heard. */
export function brought(chat: Chat): Chat {
  return chat.place === "archived" && !isMuted(chat)
    ? placed(chat, undefined)
    : chat;
}

export function placed(
  { place: _, ...chat }: Chat,
  place: Chat["place"] | undefined,
): Chat {
  return place ? { ...chat, place } : chat;
}

/** @param until absent: for good */
export function muted(
  { isMuted: _, mutedUntil: __, ...chat }: Chat,
  isMuted: boolean,
  until?: number,
): Chat {
  if (!isMuted) return chat;
  return {
    ...chat,
    isMuted,
    ...(until === undefined ? {} : { mutedUntil: until }),
  };
}
