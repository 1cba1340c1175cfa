/** What keeps mail from coming, above everything else, and what can be done. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import type { Messenger } from "../model/messenger.ts";
import { useConnection } from "./state.ts";
import { Symbol } from "./parts/symbol.tsx";

export function Banners(
  { messenger }: { readonly messenger: Messenger },
): JSX.Element {
  const { state, isFull } = useConnection(messenger);
  return (
    <div class="app-banners" role="status">
      {state === "offline" && (
        <div class="app-banner">
          <p>{t("app.banner.offline")}</p>
          <Button small onClick={() => messenger.link.again()}>
            {t("app.again")}
          </Button>
        </div>
      )}
      {isFull && (
        <div class="app-banner bad">
          <Symbol name="alert" />
          <p>{t("app.banner.full")}</p>
        </div>
      )}
      {state === "refused" && <Refused messenger={messenger} />}
    </div>
  );
}

/** The password was changed elsewhere, or the account is gone. */
function Refused({ messenger }: { readonly messenger: Messenger }) {
  const [password, setPassword] = useState("");
  const { book, link } = messenger;
  return (
    <form
      class="app-banner bad"
      onSubmit={async (event) => {
        event.preventDefault();
        await book.setAccount({ ...book.account, password });
        setPassword("");
        link.again();
      }}
    >
      <p>{t("app.banner.refused")}</p>
      <TextField
        kind="secret"
        label={t("app.password")}
        value={password}
        onChange={setPassword}
        autocomplete="current-password"
      />
      <Button submit kind="primary" disabled={password === ""}>
        {t("app.log_in")}
      </Button>
    </form>
  );
}
