/** A file of a message: a picture, sound or film of a known kind, else something to save. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatBytes, t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import type { Messenger } from "../../model/messenger.ts";
import type { ChatMessage, FileOf } from "../../model/types.ts";
import { type Card, readCard } from "../../protocol/vcard.ts";
import { useBlobUrl } from "../parts/blob_url.ts";
import { Face } from "../parts/face.tsx";
import { type FileKind, kindOf } from "../parts/summary.ts";
import { Symbol, type SymbolName } from "../parts/symbol.tsx";

interface AttachedProps {
  readonly messenger: Messenger;
  readonly message: ChatMessage;
  readonly file: FileOf;
  readonly onPicture: () => void;
  /** There is a chat with them now. */
  readonly onChat: (id: string) => void;
}

const SIGNS: Readonly<Partial<Record<FileKind, SymbolName>>> = {
  app: "app",
  voice: "microphone",
};
/** Of these the browser itself finds out what they are. */
const PLAYED: readonly FileKind[] = [
  "picture",
  "sticker",
  "voice",
  "audio",
  "video",
];

export function Attached(props: AttachedProps): JSX.Element {
  const { messenger, message, file, onPicture } = props;
  const kind = kindOf(file);
  const [isBroken, setBroken] = useState(false);
  const safe = PLAYED.includes(kind)
    ? file.type.toLowerCase()
    : "application/octet-stream";
  const url = useBlobUrl(messenger.book.vault, file.key, safe);
  if (!file.key) {
    return (
      <div class="app-file-link">
        <Symbol name="clock" />
        <FileName file={file} hint={t("app.file_coming")} />
      </div>
    );
  }
  if (!url) return <div class={`app-file ${kind}`} aria-busy="true" />;
  if ((kind === "picture" || kind === "sticker") && !isBroken) {
    return (
      <div class={`app-file ${kind}`}>
        <button
          type="button"
          class="app-picture"
          title={t("app.show_picture", { name: file.name })}
          onClick={onPicture}
        >
          <img src={url} alt={file.name} onError={() => setBroken(true)} />
        </button>
      </div>
    );
  }
  if (kind === "contact") return <Contact {...props} url={url} />;
  const isSound = (kind === "voice" || kind === "audio") && !isBroken;
  const isFilm = kind === "video" && !isBroken;
  return (
    <div class={`app-file ${kind}`}>
      {isSound && (
        <audio
          controls
          preload="metadata"
          src={url}
          onError={() => setBroken(true)}
        />
      )}
      {isFilm && (
        <video
          controls
          preload="metadata"
          playsInline
          src={url}
          onError={() => setBroken(true)}
        />
      )}
      {kind === "app" && message.summary && (
        <p class="app-summary">
          <bdi>{message.summary}</bdi>
        </p>
      )}
      {kind === "voice" && isSound
        ? null
        : (
          <a class="app-file-link" href={url} download={file.name}>
            <Symbol name={SIGNS[kind] ?? "file"} />
            <FileName file={file} />
          </a>
        )}
      {kind === "app" && <p class="hint">{t("app.app_hint")}</p>}
    </div>
  );
}

function FileName(
  { file, hint }: { readonly file: FileOf; readonly hint?: string },
) {
  return (
    <span>
      <bdi>{file.name}</bdi>
      <span class="hint">
        {formatBytes(file.size)}
        {hint && ` · ${hint}`}
      </span>
    </span>
  );
}

/** Somebody is introduced: their key comes along, and nobody has checked it. */
function Contact(
  { messenger, file, url, onChat }: AttachedProps & { readonly url: string },
) {
  const [card, setCard] = useState<Card>();
  const { book } = messenger;
  useEffect(() => {
    let isGone = false;
    book.vault.get<Uint8Array>(file.key!).then((octets) =>
      octets && readCard(octets)
    ).then((read) => !isGone && setCard(read || undefined))
      .catch(() => {}); // nothing is kept any more: it is a file like others
    return () => void (isGone = true);
  }, [file.key]);
  if (!card) {
    return (
      <a class="app-file-link" href={url} download={file.name}>
        <Symbol name="file" />
        <FileName file={file} />
      </a>
    );
  }
  const { key, name } = card;
  const isOwn = key?.fingerprint === book.account.key.fingerprint;
  return (
    <div class="app-card">
      <Face name={name} of={key?.fingerprint ?? card.address} />
      <span class="app-title-text">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span class="hint">
          <bdi dir="ltr">{card.address}</bdi>
        </span>
      </span>
      {key && !isOwn && (
        <Button
          small
          onClick={async () => onChat(await messenger.introduced(key, name))}
        >
          {t("app.write_to")}
        </Button>
      )}
    </div>
  );
}
