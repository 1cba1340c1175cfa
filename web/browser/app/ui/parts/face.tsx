/** Somebody, or a chat, as a letter in a colour that is theirs. @module */
import type { JSX } from "preact";
import type { Chat } from "../../model/types.ts";
import { Symbol } from "./symbol.tsx";

const HUES = 6;

interface FaceProps {
  readonly name: string;
  /** What the colour follows from. */
  readonly of: string;
  readonly kind?: Chat["kind"];
}

export function Face({ name, of, kind = "single" }: FaceProps): JSX.Element {
  return (
    <span class={`app-face hue-${hueOf(of)} ${kind}`} aria-hidden="true">
      {kind === "channel" ? <Symbol name="megaphone" /> : firstLetter(name)}
    </span>
  );
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

function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? "?";
}
