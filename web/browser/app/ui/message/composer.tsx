/** What is written next: words, files, an answer, or other words in place of some. @module */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatBytes, t } from "../../../panel/i18n/translate.ts";
import { toast } from "../../../panel/ui/toast.tsx";
import type { Messenger } from "../../model/messenger.ts";
import type { ChatMessage } from "../../model/types.ts";
import { readyPicture } from "../parts/picture.ts";
import { said } from "../parts/said.ts";
import { PICTURES, summaryOf } from "../parts/summary.ts";
import { Symbol } from "../parts/symbol.tsx";
import { useChosenFiles } from "./chosen_files.ts";
import { EmojiPicker } from "./emoji_picker.tsx";

interface ComposerProps {
  readonly messenger: Messenger;
  readonly chat: string;
  /** To this one it is an answer. */
  readonly answers: ChatMessage | undefined;
  /** This one gets other words. */
  readonly edits: ChatMessage | undefined;
  /** Neither any more. */
  readonly onDone: () => void;
  /** It is an answer to this one once more. */
  readonly onAgain: (answers: ChatMessage) => void;
}

/** Base64 in base64 makes nearly twice of it. */
const MAX_FILE_OCTETS = 20 * 1024 * 1024;
const MAX_FILES = 10;
const KEEP_DRAFT_MS = 400;

export function Composer(
  { messenger, chat, answers, edits, onDone, onAgain }: ComposerProps,
): JSX.Element {
  const { book, writing } = messenger;
  const [text, setText] = useState(book.draft(chat));
  const [files, setFiles] = useChosenFiles(messenger, chat);
  const [isPicking, setPicking] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const isEditing = useRef(false);
  /** What is on the screen by now, for whoever has waited. */
  const now = useRef({ text, edits });
  now.current = { text, edits };
  // what cannot be kept is here as long as the page is
  const keepDraft = () =>
    void book.setDraft(chat, book.draft(chat)).catch(() => {});
  useEffect(() => {
    const timer = setTimeout(keepDraft, KEEP_DRAFT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => keepDraft, []);
  useLayoutEffect(() => {
    if (edits) setText(edits.text);
    if (edits || answers) area.current?.focus();
    return () => edits && setText(book.draft(chat));
  }, [edits, answers]);
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 2}px`;
  }, [text]);

  /** Other words for a message that was sent are no draft. */
  function type(words: string): void {
    if (edits) setText(words);
    else draft(words);
  }

  /** Seen as soon as nothing else is edited. */
  function draft(words: string): void {
    book.noteDraft(chat, words);
    if (!now.current.edits) setText(words);
  }

  function add(chosen: Iterable<File> | undefined | null): void {
    const all = [...files, ...chosen ?? []].slice(0, MAX_FILES);
    if (all.some(({ size }) => size > MAX_FILE_OCTETS)) {
      const size = formatBytes(MAX_FILE_OCTETS);
      toast(t("app.too_large", { size }), "bad");
    }
    setFiles(() => all.filter(({ size }) => size <= MAX_FILE_OCTETS));
    area.current?.focus();
  }

  async function send(): Promise<void> {
    const trimmed = text.trim();
    if (trimmed === "" && (files.length === 0 || edits)) return;
    setPicking(false);
    area.current?.focus();
    if (edits) return await edit(edits, trimmed);
    type("");
    setFiles(() => []);
    if (picker.current) picker.current.value = "";
    onDone();
    let taken = 0;
    try {
      // all of them are read before anything goes, and can be
      const attachments = await Promise.all(files.map(attachmentOf));
      const [first, ...rest] = attachments;
      await writing.send(chat, {
        text: trimmed,
        ...(answers ? { answers } : {}),
        ...(first ? { attachment: first } : {}),
      });
      taken++;
      keepDraft();
      for (const attachment of rest) {
        await writing.send(chat, { text: "", attachment });
        taken++;
      }
    } catch (error) {
      // what was not taken is here again; of words, unless others were begun
      setFiles((now) => [...files.slice(taken), ...now].slice(0, MAX_FILES));
      if (taken === 0 && book.draft(chat) === "") {
        draft(trimmed);
        keepDraft();
        if (answers) onAgain(answers);
      }
      toast(said(error), "bad");
    }
  }

  /** Until it is done the words stay where they are. */
  async function edit(message: ChatMessage, words: string): Promise<void> {
    if (isEditing.current) return;
    isEditing.current = true;
    try {
      await writing.edit(message, words);
      const { text, edits } = now.current;
      // other words may have been typed, or something else begun, meanwhile
      if (edits === message && text.trim() === words) onDone();
    } catch (error) {
      toast(said(error), "bad");
    } finally {
      isEditing.current = false;
    }
  }

  function insert(emoji: string): void {
    const box = area.current;
    const from = box?.selectionStart ?? text.length;
    const to = box?.selectionEnd ?? from;
    type(text.slice(0, from) + emoji + text.slice(to));
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  }

  const above = edits ?? answers;
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
        add(event.dataTransfer?.files);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        if (isPicking) setPicking(false);
        else if (above) onDone();
      }}
    >
      {above && (
        <div class="app-above">
          <Symbol name={edits ? "pencil" : "reply"} />
          <span class="app-title-text">
            <strong>{t(edits ? "app.editing" : "app.answering")}</strong>
            <span class="hint">
              <bdi>{summaryOf(above, book)}</bdi>
            </span>
          </span>
          <Cross label={t("app.cancel")} onClick={onDone} />
        </div>
      )}
      {files.length > 0 && (
        <div class="app-chosen-all">
          {files.map((file, index) => (
            <Chosen
              key={`${file.name}:${file.size}:${index}`}
              file={file}
              onRemove={() =>
                setFiles((now) => now.filter((one) => one !== file))}
            />
          ))}
        </div>
      )}
      {isPicking && <EmojiPicker onPick={insert} />}
      <div class="app-composer-row">
        <label class="app-icon-button app-attach" title={t("app.attach")}>
          <Symbol name="attach" />
          <span class="unseen">{t("app.attach")}</span>
          <input
            ref={picker}
            class="unseen"
            type="file"
            multiple
            disabled={edits !== undefined}
            onChange={(event) => add(event.currentTarget.files)}
          />
        </label>
        <button
          type="button"
          class="app-icon-button app-emoji"
          aria-label={t("app.emoji")}
          aria-expanded={isPicking ? "true" : "false"}
          title={t("app.emoji")}
          onClick={() => setPicking(!isPicking)}
        >
          <Symbol name="smile" />
        </button>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={t("app.write")}
          placeholder={t("app.write")}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files;
            if (!pasted?.length || edits) return;
            event.preventDefault();
            add(pasted);
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
          disabled={text.trim() === "" && files.length === 0}
        >
          <Symbol name={edits ? "check" : "send"} />
        </button>
      </div>
    </form>
  );
}

async function attachmentOf(file: File) {
  const ready = await readyPicture(file);
  return {
    name: ready.name,
    type: ready.type || "application/octet-stream",
    octets: new Uint8Array(await ready.arrayBuffer()),
  };
}

function Cross(
  { label, onClick }: { readonly label: string; readonly onClick: () => void },
) {
  return (
    <button
      type="button"
      class="app-icon-button"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Symbol name="close" />
    </button>
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
      <Cross label={t("app.remove")} onClick={onRemove} />
    </div>
  );
}
