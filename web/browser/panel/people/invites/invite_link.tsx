/** What is given to the one who is invited, and who has come by it. @module */
import type { JSX } from "preact";
import { useOperation } from "../../client/use_operation.ts";
import { formatTime, t } from "../../i18n/translate.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Code } from "../../ui/page.tsx";
import { QrCode } from "../../ui/qr.tsx";
import { Link } from "../../client/router.ts";
import { accountPath } from "../accounts/accounts.tsx";
import { Copied } from "../one_time.tsx";
import type { Invite } from "../shapes.ts";

/** Where the server is not known by a name of its own, it is where this panel is. */
export function inviteUrl({ token, invite_url }: Invite): string {
  return invite_url ?? `${location.origin}/inv/${encodeURIComponent(token)}`;
}

interface InviteLinkProps {
  readonly of: Invite;
  readonly onPrint: () => void;
  readonly onClose: () => void;
}

interface InviteStatus {
  readonly pending_accounts: readonly {
    readonly username: string;
    readonly status: string;
  }[];
}

export function InviteLink(
  { of, onPrint, onClose }: InviteLinkProps,
): JSX.Element {
  const url = inviteUrl(of);
  if (of.status !== "active") {
    return (
      <Dialog title={t("invites.who")} onClose={onClose}>
        <div class="dialog-text">
          <p>{t("invites.over")}</p>
          <Comers of={of} />
        </div>
        <footer class="dialog-foot">
          <Button kind="primary" onClick={onClose}>{t("people.done")}</Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("invites.link_title")} onClose={onClose}>
      <div class="dialog-text">
        <p>{t("invites.link_text")}</p>
        <Copied name={t("invites.link")} text={url} />
        <div class="qr-frame">
          <QrCode text={url} label={t("invites.qr")} />
        </div>
        <p>
          {of.expires_at === null
            ? t("invites.never_expires")
            : t("invites.expires_at", { time: formatTime(of.expires_at) })}
        </p>
        <Comers of={of} />
      </div>
      <footer class="dialog-foot">
        <Button onClick={onPrint}>{t("invites.print")}</Button>
        <Button kind="primary" onClick={onClose}>{t("people.done")}</Button>
      </footer>
    </Dialog>
  );
}

function Comers({ of }: { readonly of: Invite }) {
  const status = useOperation<InviteStatus>("registration_tokens.status", {
    token: of.token,
  });
  const accounts = status.data?.pending_accounts ?? [];
  if (accounts.length === 0) return null;
  return (
    <details>
      <summary>{t("invites.comers", { count: accounts.length })}</summary>
      <ul class="lost">
        {accounts.map(({ username, status }) => (
          <li key={username}>
            <Link to={accountPath(username)}>
              <Code>{username}</Code>
            </Link>{" "}
            {status !== "consumed" && (
              <Badge>{t("accounts.never_logged_in")}</Badge>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
