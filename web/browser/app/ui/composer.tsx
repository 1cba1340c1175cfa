/** What is written next, with a file or without. @module */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatBytes, t } from "../../panel/i18n/translate.ts";
import { toast } from "../../panel/ui/toast.tsx";
import type { Attachment } from "../protocol/writer.ts";
import { PICTURES } from "./attached.tsx";
import { said } from "./parts/said.ts";
import { Symbol } from "./parts/symbol.tsx";

interface ComposerProps {
  /** What was begun there is there again. */
  readonly draftOf: string;
  readonly onSend: (text: string, file?: Attachment) => Promise<void>;
}

/** Base64 in base64 makes nearly twice of it. */
const MAX_FILE_OCTETS = 20 * 1024 * 1024;
/** As long as the page is open. */
const drafts = new Map<string, string>();

export function Composer({ draftOf, onSend }: ComposerProps): JSX.Element {
  const [text, setText] = useState(drafts.get(draftOf) ?? "");
  const [file, setFile] = useState<File>();
  const picker = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => void drafts.set(draftOf, text), [text]);
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 2}px`;
  }, [text]);

  function choose(chosen: File | undefined): void {
    if (chosen && chosen.size > MAX_FILE_OCTETS) {
      const size = formatBytes(MAX_FILE_OCTETS);
      return toast(t("app.too_large", { size }), "bad");
    }
    setFile(chosen);
    area.current?.focus();
  }

  async function send(): Promise<void> {
    const trimmed = text.trim();
    if (trimmed === "" && !file) return;
    try {
      const attachment = file && {
        name: file.name,
        type: file.type || "application/octet-stream",
        octets: new Uint8Array(await file.arrayBuffer()),
      };
      setText("");
      setFile(undefined);
      if (picker.current) picker.current.value = "";
      area.current?.focus();
      await onSend(trimmed, attachment);
    } catch (error) {
      toast(said(error), "bad");
    }
  }

  return (
    <form
      class="app-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        choose(event.dataTransfer?.files[0]);
      }}
    >
      {file && <Chosen file={file} onRemove={() => choose(undefined)} />}
      <div class="app-composer-row">
        <label class="app-icon-button app-attach" title={t("app.attach")}>
          <Symbol name="attach" />
          <span class="unseen">{t("app.attach")}</span>
          <input
            ref={picker}
            class="unseen"
            type="file"
            onChange={(event) => choose(event.currentTarget.files?.[0])}
          />
        </label>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={t("app.write")}
          placeholder={t("app.write")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files[0];
            if (!pasted) return;
            event.preventDefault();
            choose(pasted);
          }}
          onKeyDown={(event) => {
            // what is still being composed, as by Asian keyboards, is not sent
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) {
              return;
            }
            event.preventDefault();
            void send();
          }}
        />
        <button
          type="submit"
          class="app-icon-button app-send"
          aria-label={t("app.send")}
          title={t("app.send")}
          disabled={text.trim() === "" && !file}
        >
          <Symbol name="send" />
        </button>
      </div>
    </form>
  );
}

/** A picture is shown before it goes. */
function Chosen(
  { file, onRemove }: { readonly file: File; readonly onRemove: () => void },
) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!PICTURES.includes(file.type)) return setUrl(undefined);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <div class="app-chosen">
      {url ? <img src={url} alt="" /> : <Symbol name="file" />}
      <span class="app-title-text">
        <bdi>{file.name}</bdi>
        <span class="hint">{formatBytes(file.size)}</span>
      </span>
      <button
        type="button"
        class="app-icon-button"
        aria-label={t("app.remove")}
        title={t("app.remove")}
        onClick={onRemove}
      >
        <Symbol name="close" />
      </button>
    </div>
  );
}
