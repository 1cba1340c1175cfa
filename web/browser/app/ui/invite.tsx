/** Meeting people: our code for them, theirs for us. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { QrLogin } from "../../panel/shell/qr_login.tsx";
import { Button } from "../../panel/ui/button.tsx";
import { CopyButton } from "../../panel/ui/copy.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { QrCode } from "../../panel/ui/qr.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Chat } from "../model/types.ts";
import { parseInvite } from "../protocol/invite.ts";
import { said } from "./parts/said.ts";
import { Symbol } from "./parts/symbol.tsx";
import type { ViewProps } from "./view.ts";

/** Fingerprints of those who have come by a code of ours, to us or into the group; the last first. */
function guests(
  { book }: ViewProps["messenger"],
  group: Chat | undefined,
): readonly string[] {
  if (group) return group.members.toReversed();
  return book.chats.filter(({ kind, isRequest }) =>
    kind === "single" && !isRequest
  ).flatMap(({ members }) => members);
}

export function Invite(
  { messenger, go, group }: ViewProps & { readonly group?: string },
): JSX.Element {
  const [link, setLink] = useState<string>();
  const [theirs, setTheirs] = useState("");
  const [isScanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  /** Whoever looks at something else meanwhile is left there. */
  const isHere = useRef(true);
  useEffect(() => () => void (isHere.current = false), []);
  const joining = useRef<string>(undefined);
  const chat = group === undefined ? undefined : messenger.book.chat(group);
  const [before] = useState(() => new Set(guests(messenger, chat)));
  const arrived = guests(messenger, chat).find((one) => !before.has(one));
  const theirChat = chat ??
    (arrived === undefined ? undefined : messenger.book.singleChat(arrived));
  useEffect(() => {
    messenger.handshakes.offer(chat).then(setLink)
      .catch((error) => toast(said(error), "bad"));
  }, [group]);

  async function join(text: string): Promise<void> {
    if (joining.current === text) return;
    joining.current = text;
    // of what was given last alone it is said how it went
    const isWanted = () => isHere.current && joining.current === text;
    setBusy(true);
    setProblem("");
    try {
      const { id } = await messenger.join(text);
      if (isWanted()) go({ kind: "chat", id });
    } catch (error) {
      if (!isWanted()) return;
      joining.current = undefined;
      setProblem(said(error));
      setBusy(false);
    }
  }

  return (
    <section class="app-page">
      <h2>{chat ? t("app.invite_to", { name: chat.name }) : t("app.meet")}</h2>
      {!chat && (
        <form
          class="card app-form"
          onSubmit={(event) => {
            event.preventDefault();
            void join(theirs);
          }}
        >
          <h3>{t("app.their_code")}</h3>
          <Button onClick={() => setScanning(true)}>
            <Symbol name="camera" /> {t("app.scan")}
          </Button>
          <TextField
            kind="url"
            label={t("app.their_link")}
            value={theirs}
            code
            onChange={(text) => {
              setTheirs(text);
              setProblem("");
              // what was pasted whole needs no other press
              if (text.length > theirs.length + 20 && parseInvite(text)) {
                void join(text);
              }
            }}
            error={problem || undefined}
          />
          <Button
            submit
            kind="primary"
            busy={busy}
            disabled={theirs.trim() === ""}
          >
            {t("app.join")}
          </Button>
        </form>
      )}
      <div class="card app-form">
        <h3>{t("app.own_code")}</h3>
        <div role="status">
          {arrived === undefined || !theirChat
            ? <p class="hint">{t("app.show_code")}</p>
            : (
              <>
                <p>
                  <strong>
                    {t("app.arrived", {
                      name: messenger.book.contact(arrived)?.name ??
                        theirChat.name,
                    })}
                  </strong>
                </p>
                <p class="app-actions">
                  <Button
                    kind="primary"
                    onClick={() => go({ kind: "chat", id: theirChat.id })}
                  >
                    {t("app.open_chat")}
                  </Button>
                </p>
              </>
            )}
        </div>
        {link && <QrCode text={link} label={t("app.my_code")} />}
        {link && (
          <p class="app-actions">
            <a
              class="button"
              href={link}
              rel="noreferrer noopener"
              target="_blank"
            >
              {t("app.my_link")}
            </a>
            <CopyButton text={link} label={t("app.copy_link")} />
            {"share" in navigator && (
              <Button
                small
                onClick={
                  () => navigator.share({ url: link }).catch(() => {}) // not wanted after all
                }
              >
                {t("app.share")}
              </Button>
            )}
          </p>
        )}
      </div>
      {isScanning && (
        <QrLogin
          text={t("app.scan_text")}
          onText={(text) => {
            setScanning(false);
            setTheirs(text);
            void join(text);
          }}
          onClose={() => setScanning(false)}
        />
      )}
    </section>
  );
}
