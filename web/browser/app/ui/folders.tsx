/** Mailboxes on the relay, and what lies in them. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
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
  const [renamed, setRenamed] = useState("");
  const [isRemoving, setRemoving] = useState(false);

  async function look(folder: string): Promise<void> {
    try {
      const [all, inside] = await Promise.all([
        link.folders(),
        link.list(folder),
      ]);
      setFolders(all);
      setMessages(inside);
      setOpen(folder);
    } catch (error) {
      toast(said(error), "bad");
    }
  }

  async function change(
    work: () => Promise<void>,
    then: string,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      return toast(said(error), "bad");
    }
    await look(then);
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
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = name.trim();
          if (wanted === "") return;
          setName("");
          void change(() => link.changeFolder({ create: wanted }), wanted);
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
        <form
          class="card app-form"
          onSubmit={(event) => {
            event.preventDefault();
            const to = renamed.trim();
            if (to === "") return;
            setRenamed("");
            void change(() => link.changeFolder({ rename: open, to }), to);
          }}
        >
          <TextField
            label={t("app.rename_to", { name: open })}
            value={renamed}
            onChange={setRenamed}
          />
          <div class="app-actions">
            <Button submit>{t("app.rename")}</Button>
            <Button kind="danger" onClick={() => setRemoving(true)}>
              {t("app.remove")}
            </Button>
          </div>
        </form>
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
      {isRemoving && (
        <ConfirmDialog
          title={t("app.remove_folder", { name: open })}
          confirmLabel={t("app.remove")}
          danger
          onConfirm={async () => {
            await link.changeFolder({ remove: open });
            await look(INBOX);
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{t("app.remove_folder_text", { count: messages.length })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
