/** What is written next, with a file or without. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { formatBytes, t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Attachment } from "../protocol/writer.ts";

interface ComposerProps {
  readonly onSend: (text: string, file?: Attachment) => Promise<void>;
}

/** Base64 in base64 makes nearly twice of it. */
const MAX_FILE_OCTETS = 20 * 1024 * 1024;

export function Composer({ onSend }: ComposerProps): JSX.Element {
  const [text, setText] = useState("");
  const [file, setFile] = useState<File>();
  const picker = useRef<HTMLInputElement>(null);

  async function send(): Promise<void> {
    const trimmed = text.trim();
    if (trimmed === "" && !file) return;
    const attachment = file && {
      name: file.name,
      type: file.type || "application/octet-stream",
      octets: new Uint8Array(await file.arrayBuffer()),
    };
    setText("");
    setFile(undefined);
    if (picker.current) picker.current.value = "";
    await onSend(trimmed, attachment);
  }

  return (
    <form
      class="app-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {file && (
        <p class="hint">
          <bdi>{file.name}</bdi> ({formatBytes(file.size)}){" "}
          <Button small onClick={() => setFile(undefined)}>
            {t("app.remove")}
          </Button>
        </p>
      )}
      <div class="app-composer-row">
        <label class="button plain app-attach">
          {t("app.attach")}
          <input
            ref={picker}
            class="unseen"
            type="file"
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              if (chosen && chosen.size > MAX_FILE_OCTETS) {
                return toast(
                  t("app.too_large", { size: formatBytes(MAX_FILE_OCTETS) }),
                  "bad",
                );
              }
              setFile(chosen);
            }}
          />
        </label>
        <textarea
          rows={1}
          dir="auto"
          aria-label={t("app.write")}
          placeholder={t("app.write")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            void send();
          }}
        />
        <Button submit kind="primary">{t("app.send")}</Button>
      </div>
    </form>
  );
}
