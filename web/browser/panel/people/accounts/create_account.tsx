/** Makes an account; what its owner needs is shown once. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { t } from "../../i18n/translate.ts";
import { FormDialog } from "../../parts/form_dialog.tsx";
import { randomPassword } from "../../parts/secrets.ts";
import { SwitchField, TextField } from "../../ui/fields.tsx";
import { OneTime } from "../one_time.tsx";
import type { NewAccount } from "../shapes.ts";

interface CreateAccountProps {
  readonly onClose: () => void;
  readonly onMade: () => void;
}

interface Chosen {
  readonly isChosen: boolean;
  readonly username: string;
  readonly password: string;
}

/** What is wrong with what. */
const FIELD_OF = {
  username_invalid: "username",
  username_taken: "username",
  password_too_short: "password",
  password_invalid: "password",
} as const;

function make(
  { isChosen, username, password }: Chosen,
): Promise<NewAccount> {
  const chosen = isChosen ? { username: username.trim(), password } : {};
  return call<NewAccount>("accounts.create_random", chosen);
}

export function CreateAccount(
  { onClose, onMade }: CreateAccountProps,
): JSX.Element {
  const [chosen, setChosen] = useState<Chosen>({
    isChosen: false,
    username: "",
    password: "",
  });
  const [made, setMade] = useState<NewAccount>();
  if (made) {
    return (
      <OneTime title={t("create.made")} account={made} onClose={onClose} />
    );
  }
  return (
    <FormDialog
      title={t("create.title")}
      submit={t("create.submit")}
      onSubmit={async () => setMade(await make(chosen))}
      fieldOf={FIELD_OF}
      onDone={onMade}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{t("create.random_hint")}</p>
          <SwitchField
            label={t("create.choose")}
            value={chosen.isChosen}
            onChange={(isChosen) =>
              setChosen({
                isChosen,
                username: "",
                password: isChosen ? randomPassword() : "",
              })}
          />
          {chosen.isChosen && (
            <>
              <TextField
                label={t("create.username")}
                hint={t("create.username_hint")}
                code
                required
                value={chosen.username}
                error={problem("username")}
                onChange={(username) => setChosen({ ...chosen, username })}
              />
              <TextField
                label={t("create.password")}
                hint={t("create.password_hint")}
                kind="secret"
                required
                value={chosen.password}
                error={problem("password")}
                onChange={(password) => setChosen({ ...chosen, password })}
              />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}
