/** One picture, as large as the screen. @module */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../../panel/i18n/translate.ts";
import type { Messenger } from "../../model/messenger.ts";
import type { FileOf } from "../../model/types.ts";
import { useBlobUrl } from "../parts/blob_url.ts";
import { Symbol } from "../parts/symbol.tsx";

export function Lightbox({ messenger, file, onClose }: {
  readonly messenger: Messenger;
  readonly file: FileOf;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const url = useBlobUrl(
    messenger.book.vault,
    file.key,
    file.type.toLowerCase(),
  );
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="app-lightbox"
      aria-label={file.name}
      onClose={onClose}
      onClick={({ target }) => {
        if (!(target instanceof Element && target.closest("a"))) onClose();
      }}
    >
      {url && <img src={url} alt={file.name} />}
      <span class="app-lightbox-tools">
        {url && (
          <a
            class="app-icon-button"
            href={url}
            download={file.name}
            aria-label={t("app.save_file", { name: file.name })}
            title={t("app.save_file", { name: file.name })}
          >
            <Symbol name="download" />
          </a>
        )}
        <button
          type="button"
          class="app-icon-button"
          aria-label={t("app.close")}
          title={t("app.close")}
          onClick={onClose}
        >
          <Symbol name="close" />
        </button>
      </span>
    </dialog>
  );
}
