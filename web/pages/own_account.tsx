/** What somebody does with an account of his own: another password, or an end. @module */
import type { JSX } from "preact";
import { Frame, Ltr } from "./frame.tsx";
import type { Pen } from "./pen.ts";

export function OwnAccountPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("own_title")}>
      <header>
        <h1>{pen.t("own_title")}</h1>
        <p class="soft">
          <Ltr>{pen.value("Domain")}</Ltr>
        </p>
      </header>
      {pen.when(
        "OwnAccount.Problem",
        () => <p class="bad" role="alert">{pen.value("OwnAccount.Problem")}.
        </p>,
      )}
      {pen.when(
        { path: "OwnAccount.Done", is: "changed" },
        () => <p role="status">{pen.t("own_changed")}</p>,
      )}
      {pen.when(
        { path: "OwnAccount.Done", is: "deleted" },
        () => <p role="status">{pen.t("own_deleted")}</p>,
      )}
      <section class="card">
        <h2>{pen.t("own_password_title")}</h2>
        <p>{pen.t("own_password_text")}</p>
        <form method="post" action="/account">
          <Owner pen={pen} name="change" />
          <label for="new_password">{pen.t("own_new_password")}</label>
          <input
            id="new_password"
            name="new_password"
            type="password"
            dir="ltr"
            required
            autocomplete="new-password"
            maxLength={256}
          />
          <button class="button" type="submit" name="action" value="password">
            {pen.t("own_password_button")}
          </button>
        </form>
      </section>
      <section class="card">
        <h2>{pen.t("own_delete_title")}</h2>
        <p>{pen.t("own_delete_text")}</p>
        <form method="post" action="/account">
          <Owner pen={pen} name="delete" />
          <label for="sure">
            <input id="sure" name="sure" type="checkbox" value="yes" required />
            {" "}
            {pen.t("own_delete_sure")}
          </label>
          <button
            class="button danger"
            type="submit"
            name="action"
            value="delete"
          >
            {pen.t("own_delete_button")}
          </button>
        </form>
      </section>
    </Frame>
  );
}

/** Who says it, and shows that he is. */
function Owner({ pen, name }: { readonly pen: Pen; readonly name: string }) {
  return (
    <>
      <label for={`${name}_address`}>{pen.t("own_address")}</label>
      <input
        id={`${name}_address`}
        name="address"
        value={pen.value("OwnAccount.Address")}
        dir="ltr"
        required
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        maxLength={320}
      />
      <label for={`${name}_password`}>{pen.t("own_password")}</label>
      <input
        id={`${name}_password`}
        name="password"
        type="password"
        dir="ltr"
        required
        autocomplete="current-password"
        maxLength={256}
      />
    </>
  );
}
