/** One message: text, never HTML; with what it answers and what it brings. @module */
import type { JSX } from "preact";
import { formatNumber, formatSpan, t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import type { Messenger } from "../../model/messenger.ts";
import type { ChatMessage, Quote } from "../../model/types.ts";
import { hueOf } from "../parts/face.tsx";
import { infoText, kindOf, summaryOf } from "../parts/summary.ts";
import { Symbol } from "../parts/symbol.tsx";
import { notSent } from "../parts/said.ts";
import { Ticks } from "../parts/ticks.tsx";
import { clockTime } from "../parts/times.ts";
import { Attached } from "./attached.tsx";
import { isEmoji, linked } from "./linked.tsx";

interface BubbleProps {
  readonly messenger: Messenger;
  readonly message: ChatMessage;
  /** Who writes is said: there are several, and it is another than before. */
  readonly isNamed: boolean;
  /** Somebody was led here. */
  readonly isFound: boolean;
  readonly onMenu: (beside: DOMRect) => void;
  readonly onPicture: () => void;
  readonly onQuote: (id: string) => void;
  readonly onChat: (id: string) => void;
}

export function Bubble(props: BubbleProps): JSX.Element {
  const { messenger, message, isNamed, isFound, onMenu } = props;
  const { info, from, text, file, quote, call, state, error } = message;
  const { book } = messenger;
  if (info) {
    return (
      <li class="app-info" data-id={message.id}>
        <bdi>{infoText(info, book)}</bdi>
      </li>
    );
  }
  const sender = from === "" ? undefined : book.contact(from);
  const isBare = file !== undefined && kindOf(file) === "sticker" && !quote;
  const isLarge = !file && !quote && isEmoji(text);
  const kinds = ["app-bubble"];
  if (from === "") kinds.push("own");
  if (isBare || isLarge) kinds.push("bare");
  if (isFound) kinds.push("found");
  if (file && !isBare && kindOf(file) === "picture") kinds.push("pictured");
  return (
    <li class={from === "" ? "app-line own" : "app-line"} data-id={message.id}>
      <div
        class={kinds.join(" ")}
        onContextMenu={(event) => {
          if (event.target instanceof Element && event.target.closest("a")) {
            return;
          }
          event.preventDefault();
          onMenu(event.currentTarget.getBoundingClientRect());
        }}
      >
        {isNamed && from !== "" && (
          <strong class={`app-sender hue-${hueOf(from)}`} dir="auto">
            {sender?.name ?? from}
          </strong>
        )}
        {message.isForwarded && (
          <p class="app-forwarded">
            <Symbol name="forward" /> {t("app.forwarded")}
          </p>
        )}
        {quote && <Quoted {...props} quote={quote} />}
        {file && <Attached {...props} file={file} />}
        {call && <Call call={call} />}
        {text && !call && (
          <p dir="auto" class={isLarge ? "app-large" : undefined}>
            {linked(text)}
          </p>
        )}
        <Foot message={message} />
        {state === "failed" && (
          <div class="app-failed">
            <p class="problem">{error && notSent(error)}</p>
            <Button
              small
              onClick={() => messenger.writing.sendAgain(message)}
            >
              {t("app.again")}
            </Button>
          </div>
        )}
        <Given message={message} />
      </div>
      <button
        type="button"
        class="app-icon-button app-more"
        aria-label={t("app.actions")}
        aria-haspopup="dialog"
        title={t("app.actions")}
        onClick={({ currentTarget }) =>
          onMenu(currentTarget.getBoundingClientRect())}
      >
        <Symbol name="more" />
      </button>
    </li>
  );
}

function Foot({ message }: Pick<BubbleProps, "message">) {
  const { at, from, state, isEdited, isInClear, timerSeconds } = message;
  return (
    <footer class="app-bubble-foot">
      {isInClear && <span class="app-clear">{t("app.in_clear")}</span>}
      {isEdited && <span>{t("app.edited")}</span>}
      {timerSeconds && (
        <span
          class="app-ticks"
          title={t("app.vanishes", { span: formatSpan(timerSeconds) })}
        >
          <Symbol name="timer" />
          <span class="unseen">
            {t("app.vanishes", { span: formatSpan(timerSeconds) })}
          </span>
        </span>
      )}
      <time dateTime={new Date(at * 1000).toISOString()}>{clockTime(at)}</time>
      {from === "" && <Ticks state={state} />}
    </footer>
  );
}

/** What it answers; a press leads there. */
function Quoted(
  { messenger: { book }, message, quote, onQuote }: BubbleProps & {
    readonly quote: Quote;
  },
) {
  const found = quote.id ? book.message(quote.id) : undefined;
  const target = found?.chat === message.chat ? found : undefined;
  const writer = target === undefined
    ? undefined
    : target.from === ""
    ? t("app.you")
    : book.contact(target.from)?.name;
  const hue = target?.from ? `hue-${hueOf(target.from)}` : "";
  return (
    <button
      type="button"
      class={`app-quote ${hue}`}
      disabled={!target}
      onClick={() => target && onQuote(target.id)}
    >
      {writer && (
        <strong>
          <bdi>{writer}</bdi>
        </strong>
      )}
      <span dir="auto">
        {target ? summaryOf(target, book) : quote.text /* their word for it */}
      </span>
    </button>
  );
}

function Call({ call }: Required<Pick<ChatMessage, "call">>) {
  return (
    <div class="app-file-link">
      <Symbol name={call.hasVideo ? "film" : "phone"} />
      <span>
        {t(call.hasVideo ? "app.call.video" : "app.call.audio")}
        <span class="hint">
          {t(call.hasEnded ? "app.call.ended" : "app.call.hint")}
        </span>
      </span>
    </div>
  );
}

/** Each emoji once, and how many gave it. */
function Given({ message: { reactions } }: Pick<BubbleProps, "message">) {
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
