/** One message: text, never HTML; a file only as something to save, or a picture of known kind. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatNumber, t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import type { ChatMessage } from "../model/types.ts";
import { Attached } from "./attached.tsx";
import { hueOf } from "./parts/face.tsx";
import { said } from "./parts/said.ts";
import { Symbol } from "./parts/symbol.tsx";
import { Ticks } from "./parts/ticks.tsx";
import { clockTime } from "./parts/times.ts";

interface BubbleProps {
  readonly messenger: Messenger;
  readonly message: ChatMessage;
  /** Who writes is said: there are several, and it is another than before. */
  readonly isNamed: boolean;
  readonly canReact: boolean;
}

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export function Bubble(
  { messenger, message, isNamed, canReact }: BubbleProps,
): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { info, from, text, file, at, state, error, reactions } = message;
  if (info) {
    return (
      <li class="app-info">
        {t(`app.info.${info.what}`, { name: info.name })}
      </li>
    );
  }
  const sender = from === "" ? undefined : messenger.book.contact(from);

  async function react(emoji: string): Promise<void> {
    setOpen(false);
    const isTakenBack = reactions[""] === emoji;
    await messenger.react(message, isTakenBack ? "" : emoji)
      .catch((failure) => toast(said(failure), "bad"));
  }

  return (
    <li class={from === "" ? "app-line own" : "app-line"}>
      <div class={from === "" ? "app-bubble own" : "app-bubble"}>
        {isNamed && sender && (
          <strong class={`app-sender hue-${hueOf(from)}`} dir="auto">
            {sender.name}
          </strong>
        )}
        {file && <Attached messenger={messenger} file={file} />}
        {text && <p dir="auto">{linked(text)}</p>}
        <footer class="app-bubble-foot">
          <time dateTime={new Date(at * 1000).toISOString()}>
            {clockTime(at)}
          </time>
          {from === "" && <Ticks state={state} />}
        </footer>
        {state === "failed" && (
          <div class="app-failed">
            <p class="problem">{error}</p>
            <Button small onClick={() => messenger.sendAgain(message)}>
              {t("app.again")}
            </Button>
          </div>
        )}
        <Given reactions={reactions} />
      </div>
      {canReact && (
        <div class="app-react">
          <button
            type="button"
            class="app-icon-button"
            aria-label={t("app.react")}
            aria-expanded={isOpen ? "true" : "false"}
            title={t("app.react")}
            onClick={() => setOpen(!isOpen)}
          >
            <Symbol name="smile" />
          </button>
          {isOpen && (
            <div
              class="app-reactions"
              role="group"
              aria-label={t("app.react")}
              onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
            >
              {EMOJI.map((emoji) => (
                <button
                  key={emoji}
                  type="button"
                  class="app-icon-button"
                  aria-pressed={reactions[""] === emoji ? "true" : "false"}
                  onClick={() => react(emoji)}
                >
                  {emoji}
                </button>
              ))}
            </div>
          )}
        </div>
      )}
    </li>
  );
}

/** Each emoji once, and how many gave it. */
function Given({ reactions }: Pick<ChatMessage, "reactions">) {
  const counts = new Map<string, number>();
  for (const emoji of Object.values(reactions)) {
    counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  }
  if (counts.size === 0) return null;
  return (
    <ul class="app-given" aria-label={t("app.reactions")}>
      {[...counts].slice(0, 12).map(([emoji, count]) => (
        <li key={emoji} class={reactions[""] === emoji ? "own" : undefined}>
          {emoji}
          {count > 1 && <span>{formatNumber(count)}</span>}
        </li>
      ))}
    </ul>
  );
}

const LINK = /https?:\/\/[^\s<>"']{1,1000}/g;

/** Web addresses as links; everything else as it is. */
function linked(text: string): (string | JSX.Element)[] {
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
