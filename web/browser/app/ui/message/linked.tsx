/** Words as they are; web addresses among them as links. @module */
import type { JSX } from "preact";

const LINK = /https?:\/\/[^\s<>"']{1,1000}/g;
const EMOJI = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;

/** Nothing but a few emoji: they are shown large. */
export function isEmoji(text: string): boolean {
  return text.length < 60 && EMOJI.test(text);
}

export function linked(text: string): (string | JSX.Element)[] {
  const parts: (string | JSX.Element)[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/, "");
    parts.push(text.slice(at, match.index));
    parts.push(
      <a href={address} target="_blank" rel="noreferrer noopener" dir="ltr">
        {address}
      </a>,
    );
    at = match.index + address.length;
  }
  return [...parts, text.slice(at)];
}
