/** What somebody does with a contact link of his own: another contact or name, or an end. @module */
import type { JSX } from "preact";
import { Frame, Ltr } from "./frame.tsx";
import type { Pen } from "./pen.ts";

export function OwnLinkPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("own_link_title")}>
      <header>
        <h1>{pen.t("own_link_title")}</h1>
        <p>{pen.t("own_link_text")}</p>
      </header>
      {pen.when(
        "OwnLink.Problem",
        () => <p class="bad" role="alert">{pen.value("OwnLink.Problem")}.</p>,
      )}
      {pen.when(
        { path: "OwnLink.Done", is: "changed" },
        () => (
          <div role="status">
            <p>{pen.t("own_link_changed")}</p>
            <p class="copy">
              <a href={pen.value("OwnLink.Link")}>
                <Ltr>{pen.value("OwnLink.Link")}</Ltr>
              </a>
            </p>
          </div>
        ),
      )}
      {pen.when(
        { path: "OwnLink.Done", is: "deleted" },
        () => <p role="status">{pen.t("own_link_deleted")}</p>,
      )}
      <section class="card">
        <h2>{pen.t("own_link_change_title")}</h2>
        <p>{pen.t("own_link_change_text")}</p>
        <form method="post" action="/share/edit">
          <Owner pen={pen} name="change" />
          <label for="url">{pen.t("own_link_url")}</label>
          <input
            id="url"
            name="url"
            value={pen.value("OwnLink.URL")}
            dir="ltr"
            maxLength={2000}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
          <label for="name">{pen.t("own_link_name")}</label>
          <input
            id="name"
            name="name"
            value={pen.value("OwnLink.Name")}
            dir="auto"
            maxLength={200}
            autocomplete="off"
          />
          <button class="button" type="submit" name="action" value="change">
            {pen.t("own_link_change_button")}
          </button>
        </form>
      </section>
      <section class="card">
        <h2>{pen.t("own_link_delete_title")}</h2>
        <p>{pen.t("own_link_delete_text")}</p>
        <form method="post" action="/share/edit">
          <Owner pen={pen} name="delete" />
          <label for="sure">
            <input id="sure" name="sure" type="checkbox" value="yes" required />
            {" "}
            {pen.t("own_link_delete_sure")}
          </label>
          <button
            class="button danger"
            type="submit"
            name="action"
            value="delete"
          >
            {pen.t("own_link_delete_button")}
          </button>
        </form>
      </section>
    </Frame>
  );
}

/** Which link it is, and what shows that it is his. */
function Owner({ pen, name }: { readonly pen: Pen; readonly name: string }) {
  return (
    <>
      <label for={`${name}_slug`}>{pen.t("own_link_slug")}</label>
      <input
        id={`${name}_slug`}
        name="slug"
        value={pen.value("OwnLink.Slug")}
        dir="ltr"
        required
        maxLength={320}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
      <label for={`${name}_key`}>{pen.t("shared_key_title")}</label>
      <input
        id={`${name}_key`}
        name="key"
        value={pen.value("OwnLink.Key")}
        dir="ltr"
        required
        maxLength={100}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
    </>
  );
}
