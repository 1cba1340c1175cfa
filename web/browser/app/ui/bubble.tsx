/** One message: text, never HTML; a file only as something to save, or a picture of known kind. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatBytes, formatTime, t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import type { ChatMessage, FileOf } from "../model/types.ts";
import { said } from "./login.tsx";

interface BubbleProps {
  readonly messenger: Messenger;
  readonly message: ChatMessage;
  readonly isGroup: boolean;
}

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export function Bubble(
  { messenger, message, isGroup }: BubbleProps,
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
  const given = Object.values(reactions);
  return (
    <li class={from === "" ? "app-bubble own" : "app-bubble"}>
      {isGroup && sender && <strong dir="auto">{sender.name}</strong>}
      {file && <Attached messenger={messenger} file={file} />}
      {text && <p dir="auto">{linked(text)}</p>}
      <footer class="app-bubble-foot">
        <time dateTime={new Date(at * 1000).toISOString()}>
          {formatTime(at)}
        </time>
        {from === "" && <span title={error}>{t(`app.message.${state}`)}</span>}
        {state === "failed" && (
          <Button
            small
            onClick={() => messenger.sendAgain(message)}
          >
            {t("app.again")}
          </Button>
        )}
        <Button
          small
          label={t("app.react")}
          onClick={() => setOpen(!isOpen)}
        >
          <span aria-hidden="true">☺</span>
        </Button>
      </footer>
      {error && state === "failed" && <p class="problem">{error}</p>}
      {isOpen && (
        <div class="app-reactions" role="group" aria-label={t("app.react")}>
          {EMOJI.map((emoji) => (
            <Button
              key={emoji}
              small
              onClick={async () => {
                setOpen(false);
                const isTakenBack = reactions[""] === emoji;
                await messenger.react(message, isTakenBack ? "" : emoji)
                  .catch((failure) => toast(said(failure), "bad"));
              }}
            >
              {emoji}
            </Button>
          ))}
        </div>
      )}
      {given.length > 0 && (
        <p class="app-given" aria-label={t("app.reactions")}>
          {given.join(" ")}
        </p>
      )}
    </li>
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
      <a href={address} target="_blank" rel="noreferrer noopener">
        {address}
      </a>,
    );
    at = match.index + address.length;
  }
  return [...parts, text.slice(at)];
}

/** Pictures that browsers draw without running anything. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SOUNDS = ["audio/mpeg", "audio/aac", "audio/mp4", "audio/ogg"];

function Attached(
  { messenger, file }: {
    readonly messenger: Messenger;
    readonly file: FileOf;
  },
): JSX.Element {
  const [url, setUrl] = useState<string>();
  const type = file.type.toLowerCase();
  const isShown = PICTURES.includes(type) || SOUNDS.includes(type);
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    void messenger.book.vault.get<Uint8Array<ArrayBuffer>>(file.key).then(
      (octets) => {
        if (!octets || isGone) return;
        // whatever it says that it is: a page of ours is never made of it
        const safe = isShown ? type : "application/octet-stream";
        made = URL.createObjectURL(new Blob([octets], { type: safe }));
        setUrl(made);
      },
    );
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.key]);
  return (
    <div class="app-file">
      {url && PICTURES.includes(type) && <img src={url} alt={file.name} />}
      {url && SOUNDS.includes(type) && <audio controls src={url} />}
      {url && (
        <a href={url} download={file.name}>
          <bdi>{file.name}</bdi> ({formatBytes(file.size)})
        </a>
      )}
    </div>
  );
}
