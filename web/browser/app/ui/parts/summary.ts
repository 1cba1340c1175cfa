/** A message in a few words, for lists, quotes and notifications. @module */
import { formatSpan, has, t } from "../../../panel/i18n/translate.ts";
import type { Book } from "../../model/book.ts";
import type { ChatMessage, FileOf, Info } from "../../model/types.ts";

export type FileKind =
  | "picture"
  | "sticker"
  | "voice"
  | "audio"
  | "video"
  | "app"
  | "contact"
  | "file";

/** Pictures that browsers draw without running anything. */
export const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SOUNDS = [
  "audio/mpeg",
  "audio/aac",
  "audio/mp4",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
];
const FILMS = ["video/mp4", "video/webm", "video/ogg", "video/quicktime"];

export function kindOf({ type, name, as }: FileOf): FileKind {
  const known = type.toLowerCase();
  if (known === "application/webxdc+zip" || /\.xdc$/i.test(name)) return "app";
  if (/^text\/(?:x-)?vcard$/.test(known) || /\.vcf$/i.test(name)) {
    return "contact";
  }
  if (PICTURES.includes(known)) return as === "sticker" ? "sticker" : "picture";
  if (SOUNDS.includes(known)) return as === "voice" ? "voice" : "audio";
  return FILMS.includes(known) ? "video" : "file";
}

export function summaryOf(
  { info, text, file, call }: ChatMessage,
  book: Book,
): string {
  if (info) return infoText(info, book);
  if (call) return t(call.hasVideo ? "app.call.video" : "app.call.audio");
  if (text) return text.replace(/\s+/g, " ").slice(0, 200);
  if (!file) return "";
  const kind = kindOf(file);
  const isNamed = kind === "file" || kind === "app" || kind === "audio";
  return isNamed ? file.name : t(`app.kind.${kind}`);
}

/** By whom it was done, if that is known, and else only what. */
export function infoText({ what, name, by }: Info, book: Book): string {
  const given = what === "timer_set" ? formatSpan(Number(name)) : name;
  const form = by === undefined ? "" : by === "" ? ".own" : ".by";
  const key = has(`app.info.${what}${form}`)
    ? `app.info.${what}${form}`
    : `app.info.${what}`;
  return t(key, { name: given, by: nameOf(by, book) });
}

function nameOf(fingerprint: string | undefined, book: Book): string {
  if (!fingerprint) return t("app.you");
  return book.contact(fingerprint)?.name ?? fingerprint.slice(0, 8);
}
