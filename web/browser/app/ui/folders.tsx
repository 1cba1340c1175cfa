/** Mailboxes on the relay, and what lies in them. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatBytes, formatTime, t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import type { Folder, FolderMessage } from "../net/mail_link.ts";
import { said } from "./parts/said.ts";

const INBOX = "INBOX";

export function Folders(
  { messenger }: { readonly messenger: Messenger },
): JSX.Element {
  const { link } = messenger;
  const [folders, setFolders] = useState<readonly Folder[]>([]);
  const [open, setOpen] = useState(INBOX);
  const [messages, setMessages] = useState<readonly FolderMessage[]>([]);
  const [name, setName] = useState("");
  const [removed, setRemoved] = useState<
    { readonly name: string; readonly count: number }
  >();
  const lastAsked = useRef(0);
  const wanted = useRef(INBOX);

  async function look(folder: string): Promise<void> {
    const asked = ++lastAsked.current;
    wanted.current = folder;
    try {
      const [all, inside] = await Promise.all([
        link.folders(),
        link.list(folder),
      ]);
      if (asked !== lastAsked.current) return; // another one was opened since
      setFolders(all);
      setMessages(inside);
      setOpen(folder);
    } catch (error) {
      toast(said(error), "bad");
    }
  }

  /** Whoever opens another one meanwhile is left there. */
  async function change(
    work: () => Promise<void>,
    then: string,
  ): Promise<boolean> {
    const before = wanted.current;
    try {
      await work();
    } catch (error) {
      toast(said(error), "bad");
      return false;
    }
    await look(wanted.current === before ? then : wanted.current);
    return true;
  }

  useEffect(() => void look(INBOX), []);
  return (
    <section class="app-page">
      <h2>{t("app.folders")}</h2>
      <p class="hint">{t("app.folders_hint")}</p>
      <ul class="app-folders">
        {folders.map((folder) => (
          <li key={folder.name}>
            <Button
              small
              kind={folder.name === open ? "primary" : "plain"}
              onClick={() => look(folder.name)}
            >
              <bdi>{folder.name}</bdi> ({folder.messages})
            </Button>
          </li>
        ))}
      </ul>
      <form
        class="card app-form"
        onSubmit={async (event) => {
          event.preventDefault();
          const made = name.trim();
          if (made === "") return;
          setName("");
          const work = () => link.changeFolder({ create: made });
          // it is here again, unless something else was begun
          if (!await change(work, made)) setName((now) => now || made);
        }}
      >
        <TextField
          label={t("app.folder_name")}
          value={name}
          onChange={setName}
        />
        <Button submit>{t("app.create_folder")}</Button>
      </form>
      {open !== INBOX && (
        <RenameFolder
          key={open}
          name={open}
          onRename={(to) =>
            change(() => link.changeFolder({ rename: open, to }), to)}
          onRemove={() => setRemoved({ name: open, count: messages.length })}
        />
      )}
      <div class="app-wide" tabIndex={0}>
        <table class="app-table">
          <caption>{t("app.in_folder", { name: open })}</caption>
          <thead>
            <tr>
              <th scope="col">{t("app.from")}</th>
              <th scope="col">{t("app.when")}</th>
              <th scope="col">{t("app.size")}</th>
              <th scope="col">{t("app.move_to")}</th>
            </tr>
          </thead>
          <tbody>
            {messages.map(({ uid, from, date, size }) => (
              <tr key={uid}>
                <td>
                  <bdi dir="ltr">{from}</bdi>
                </td>
                <td>{formatTime(Date.parse(date) / 1000)}</td>
                <td>{formatBytes(size)}</td>
                <td>
                  <select
                    aria-label={t("app.move_to")}
                    value=""
                    onChange={(event) => {
                      const to = event.currentTarget.value;
                      event.currentTarget.value = "";
                      void change(() => link.move(open, uid, to), open);
                    }}
                  >
                    <option value="">–</option>
                    {folders.filter((one) => one.name !== open).map((one) => (
                      <option key={one.name} value={one.name}>
                        {one.name}
                      </option>
                    ))}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {removed && (
        <ConfirmDialog
          said={said}
          title={t("app.remove_folder", { name: removed.name })}
          confirmLabel={t("app.remove")}
          danger
          onConfirm={async () => {
            await link.changeFolder({ remove: removed.name });
            await look(INBOX);
          }}
          onClose={() => setRemoved(undefined)}
        >
          <p>{t("app.remove_folder_text", { count: removed.count })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function RenameFolder({ name, onRename, onRemove }: {
  readonly name: string;
  /** Gives whether it was done. */
  readonly onRename: (to: string) => Promise<boolean>;
  readonly onRemove: () => void;
}) {
  const [renamed, setRenamed] = useState("");
  return (
    <form
      class="card app-form"
      onSubmit={async (event) => {
        event.preventDefault();
        const to = renamed.trim();
        if (to === "") return;
        setRenamed("");
        // it is here again, unless something else was begun
        if (!await onRename(to)) setRenamed((now) => now || to);
      }}
    >
      <TextField
        label={t("app.rename_to", { name })}
        value={renamed}
        onChange={setRenamed}
      />
      <div class="app-actions">
        <Button submit>{t("app.rename")}</Button>
        <Button kind="danger" onClick={onRemove}>{t("app.remove")}</Button>
      </div>
    </form>
  );
}
