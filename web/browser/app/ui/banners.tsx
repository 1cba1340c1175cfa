/** What keeps mail from coming, above everything else, and what can be done. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import { said } from "./parts/said.ts";
import { useConnection } from "./state.ts";
import { Symbol } from "./parts/symbol.tsx";

export function Banners(
  { messenger }: { readonly messenger: Messenger },
): JSX.Element {
  const { state, isFull } = useConnection(messenger);
  // stays while another password is tried: what is being typed is not lost
  const isAsking = useRef(false);
  if (state !== "connecting") isAsking.current = state === "refused";
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
      {isAsking.current && (
        <Refused messenger={messenger} isTrying={state === "connecting"} />
      )}
    </div>
  );
}

interface RefusedProps {
  readonly messenger: Messenger;
  /** The relay is asked whether it takes the password that was given. */
  readonly isTrying: boolean;
}

/** The password was changed elsewhere, or the account is gone. */
function Refused({ messenger, isTrying }: RefusedProps) {
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState<string>();
  const { book, link } = messenger;
  const isWrong = !isTrying && tried !== undefined && tried === password;
  return (
    <form
      class="app-banner bad"
      onSubmit={async (event) => {
        event.preventDefault();
        if (isTrying) return;
        try {
          await book.alterAccount((one) => ({ ...one, password }));
          setTried(password);
          link.again();
        } catch (error) {
          toast(said(error), "bad");
        }
      }}
    >
      <p>{t("app.banner.refused")}</p>
      <TextField
        kind="secret"
        label={t("app.password")}
        value={password}
        onChange={setPassword}
        autocomplete="current-password"
        {...(isWrong ? { error: t("app.error.refused") } : {})}
      />
      <Button
        submit
        kind="primary"
        busy={isTrying}
        disabled={password === ""}
      >
        {t("app.log_in")}
      </Button>
    </form>
  );
}
