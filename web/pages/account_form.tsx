/** The form for an account, with what was typed and why it was refused. @module */
import type { JSX } from "preact";
import type { Pen } from "./pen.ts";

export function AccountForm({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <form method="post" action="/new">
      {pen.when(
        "SignUp.TokenFolded",
        () => null,
        () => <TokenField pen={pen} />,
      )}
      {pen.when(
        "SignUp.ChosenNames",
        () => <Folded pen={pen} names />,
        () => pen.when("SignUp.TokenFolded", () => <Folded pen={pen} />),
      )}
      {pen.when(
        "AccountLink",
        // the app does it better
        () => (
          <button class="button plain" type="submit">
            {pen.t("form_button")}
          </button>
        ),
        () => (
          <button class="button" type="submit">{pen.t("form_button")}</button>
        ),
      )}
    </form>
  );
}

function Folded({ pen, names }: { readonly pen: Pen; readonly names?: true }) {
  const content = (
    <>
      <summary>
        {names
          ? pen.when(
            "SignUp.TokenFolded",
            () => pen.t("form_token_or_name"),
            () => pen.t("form_name_and_password"),
          )
          : pen.t("form_token")}
      </summary>
      {pen.when("SignUp.TokenFolded", () => <TokenField pen={pen} />)}
      {names && <NameFields pen={pen} />}
    </>
  );
  return pen.when(
    "SignUp.Unfolded",
    () => <details open>{content}</details>,
    () => <details>{content}</details>,
  );
}

function NameFields({ pen }: { readonly pen: Pen }) {
  return (
    <>
      <label for="username">{pen.t("form_name")}</label>
      <input
        id="username"
        name="username"
        value={pen.value("SignUp.Username")}
        dir="ltr"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={320}
        aria-describedby="username-rule"
        aria-invalid={invalid(pen.value("SignUp.UsernameInvalid"))}
      />
      <p class="soft rule" id="username-rule">
        {pen.value("SignUp.NameRule")}
      </p>
      <label for="password">{pen.t("form_password")}</label>
      <input
        id="password"
        name="password"
        type="password"
        value={pen.value("SignUp.Password")}
        dir="ltr"
        autocomplete="new-password"
        maxLength={256}
        aria-describedby="password-rule"
        aria-invalid={invalid(pen.value("SignUp.PasswordInvalid"))}
      />
      <p class="soft rule" id="password-rule">
        {pen.value("SignUp.PasswordRule")}
      </p>
    </>
  );
}

function TokenField({ pen }: { readonly pen: Pen }) {
  return (
    <>
      <label for="token">{pen.t("form_token")}</label>
      <input
        id="token"
        name="token"
        value={pen.value("SignUp.Token")}
        dir="ltr"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={128}
        aria-invalid={invalid(pen.value("SignUp.TokenInvalid"))}
      />
    </>
  );
}

function invalid(value: string): "true" | "false" {
  return value as "true" | "false";
}
