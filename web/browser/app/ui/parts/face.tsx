/** Somebody, or a chat: their picture, or a letter in a colour that is theirs. @module */
import type { JSX } from "preact";
import { useStore } from "../../../panel/client/store.ts";
import type { Book } from "../../model/book.ts";
import { pictureType } from "../../model/faces.ts";
import type { Chat } from "../../model/types.ts";
import type { Vault } from "../../storage/vault.ts";
import { messenger } from "../state.ts";
import { Symbol } from "./symbol.tsx";
import { useEffect, useState } from "preact/hooks";

const HUES = 6;

interface FaceProps {
  readonly name: string;
  /** What the colour follows from. */
  readonly of: string;
  readonly kind?: Chat["kind"];
  /** Under which the picture is kept. */
  readonly picture?: string | undefined;
}

export function Face(
  { name, of, kind = "single", picture }: FaceProps,
): JSX.Element {
  const vault = useStore(messenger)?.book.vault;
  const url = useFace(vault, picture);
  return (
    <span class={`app-face hue-${hueOf(of)} ${kind}`} aria-hidden="true">
      {url
        ? <img src={url} alt="" />
        : kind === "channel"
        ? <Symbol name="megaphone" />
        : kind === "clear"
        ? <Symbol name="envelope" />
        : firstLetter(name)}
    </span>
  );
}

/** They are small and few, and shown again and again: read once. */
const shown = new Map<string, string>();

function useFace(
  vault: Vault | undefined,
  key: string | undefined,
): string | undefined {
  const [, again] = useState(0);
  useEffect(() => {
    if (!vault || !key || shown.has(key)) return;
    let isGone = false;
    void vault.get<Uint8Array<ArrayBuffer>>(key).then((octets) => {
      const type = octets && pictureType(octets);
      if (!type || shown.has(key)) return;
      shown.set(key, URL.createObjectURL(new Blob([octets], { type })));
      if (!isGone) again((count) => count + 1);
    }).catch(() => {}); // nothing is kept any more
    return () => void (isGone = true);
  }, [vault, key]);
  return key === undefined ? undefined : shown.get(key);
}

export function hueOf(text: string): number {
  let sum = 0;
  for (const letter of text.slice(0, 40)) {
    sum = (sum * 31 + letter.codePointAt(0)!) % 65_521;
  }
  return sum % HUES;
}

/** What a chat's colour follows from: of one person, wherever they are shown. */
export function faceOf({ kind, id, groupId, members }: Chat): string {
  return kind === "single" ? members[0] ?? id : groupId ?? id;
}

/** A chat with one person looks like them. */
export function pictureOf(chat: Chat, book: Book): string | undefined {
  if (chat.kind !== "single") return chat.face;
  return book.contact(chat.members[0] ?? "")?.face;
}

function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? "?";
}
