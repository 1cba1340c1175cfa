/** A file of a message: a picture or sound of a known kind, else something to save. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatBytes, t } from "../../panel/i18n/translate.ts";
import type { Messenger } from "../model/messenger.ts";
import type { FileOf } from "../model/types.ts";
import { Symbol } from "./parts/symbol.tsx";

/** Pictures that browsers draw without running anything. */
export const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SOUNDS = ["audio/mpeg", "audio/aac", "audio/mp4", "audio/ogg"];

export function Attached(
  { messenger, file }: {
    readonly messenger: Messenger;
    readonly file: FileOf;
  },
): JSX.Element {
  const [url, setUrl] = useState<string>();
  const type = file.type.toLowerCase();
  const isPicture = PICTURES.includes(type);
  const isSound = SOUNDS.includes(type);
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    void messenger.book.vault.get<Uint8Array<ArrayBuffer>>(file.key).then(
      (octets) => {
        if (!octets || isGone) return;
        // whatever it says that it is: a page of ours is never made of it
        const safe = isPicture || isSound ? type : "application/octet-stream";
        made = URL.createObjectURL(new Blob([octets], { type: safe }));
        setUrl(made);
      },
    );
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.key]);
  if (!url) return <div class="app-file" aria-busy="true" />;
  return (
    <div class="app-file">
      {isPicture && (
        <a
          href={url}
          download={file.name}
          title={t("app.save_file", { name: file.name })}
        >
          <img src={url} alt={file.name} />
        </a>
      )}
      {isSound && <audio controls src={url} />}
      {!isPicture && (
        <a class="app-file-link" href={url} download={file.name}>
          <Symbol name="file" />
          <span>
            <bdi>{file.name}</bdi>
            <span class="hint">{formatBytes(file.size)}</span>
          </span>
        </a>
      )}
    </div>
  );
}
