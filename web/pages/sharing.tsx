/** Contact links: the form, what came of it, and the page that others see. @module */
import type { JSX } from "preact";
import { CopyButton, Frame, InstallHint, Ltr, QrCode } from "./frame.tsx";
import type { Pen } from "./pen.ts";

export function SharePage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("share_title")} at="/share">
      <header>
        <h1>{pen.t("share_title")}</h1>
        <p>{pen.t("share_text")}</p>
      </header>
      <section class="card">
        <ol>
          <li>{pen.t("share_how_1")}</li>
          <li>{pen.t("share_how_2")}</li>
        </ol>
        {pen.when(
          "Share.Problem",
          () => <p class="bad" role="alert">{pen.value("Share.Problem")}.</p>,
        )}
        <form method="post" action="/share">
          <label for="url">{pen.t("share_url")}</label>
          <input
            id="url"
            name="url"
            value={pen.value("Share.URL")}
            dir="ltr"
            required
            maxLength={2000}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
          <label for="name">{pen.t("share_name")}</label>
          <input
            id="name"
            name="name"
            value={pen.value("Share.Name")}
            dir="auto"
            maxLength={200}
            autocomplete="off"
          />
          <label for="slug">{pen.t("share_slug")}</label>
          <input
            id="slug"
            name="slug"
            value={pen.value("Share.Slug")}
            dir="ltr"
            maxLength={40}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="slug-rule"
          />
          <p class="soft rule" id="slug-rule">{pen.t("share_slug_rule")}</p>
          <button class="button" type="submit">{pen.t("share_button")}</button>
        </form>
        <p class="soft">{pen.t("share_public")}</p>
        <p>
          <a href="/share/edit">{pen.t("share_own")}</a>
        </p>
      </section>
    </Frame>
  );
}

export function SharedPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("shared_title")}>
      <header>
        <h1>{pen.t("shared_title")}</h1>
      </header>
      <section class="card center">
        <h2>{pen.t("shared_link_title")}</h2>
        <p class="copy">
          <a href={pen.value("Custom.Link")}>
            <Ltr>{pen.value("Custom.Link")}</Ltr>
          </a>
        </p>
        <QrCode pen={pen} of="Custom.QR" label={pen.t("shared_qr_label")} />
        <p>
          <CopyButton pen={pen} of="Custom.Link" />
        </p>
        <p>
          <a class="button" href={pen.value("Custom.Link")}>
            {pen.t("shared_look")}
          </a>
        </p>
      </section>
      <section class="card">
        <h2>{pen.t("shared_key_title")}</h2>
        <p>{pen.t("shared_key_text")}</p>
        <p class="copy">
          <code dir="ltr">{pen.value("Custom.EditKey")}</code>
        </p>
        <EditLink pen={pen} />
      </section>
    </Frame>
  );
}

export function ContactPage({ pen }: { readonly pen: Pen }): JSX.Element {
  const kind = (is: string) => ({ path: "Custom.Kind", is }) as const;
  return pen.when(
    kind("group"),
    () => <Shown pen={pen} kind="group" />,
    () =>
      pen.when(
        kind("channel"),
        () => <Shown pen={pen} kind="channel" />,
        () => <Shown pen={pen} kind="contact" />,
      ),
  );
}

function Shown({ pen, kind }: {
  readonly pen: Pen;
  readonly kind: "contact" | "group" | "channel";
}) {
  const title = pen.t(`view_title_${kind}`, { name: "Custom.Name" });
  return (
    <Frame pen={pen} title={title}>
      <header>
        <p class="initial" aria-hidden="true">{pen.value("Custom.Initial")}</p>
        <h1>{title}</h1>
        <p>{pen.t(`view_text_${kind}`)}</p>
      </header>
      <section class="card center">
        <a class="button" href={pen.value("Custom.URL")} data-opens-app>
          {pen.t("view_open")}
        </a>
        <InstallHint pen={pen} />
        <p class="soft">{pen.t("app_or_scan")}</p>
        <QrCode pen={pen} of="Custom.QR" label={pen.t("view_qr_label")} />
        <p>
          <a
            class="button plain"
            href={pen.value("Custom.InviteLink")}
            rel="noreferrer"
          >
            {pen.t("view_web")}
          </a>
        </p>
        <p>
          <CopyButton pen={pen} of="Custom.InviteLink" />
        </p>
      </section>
      <section class="card">
        <p>{pen.t("view_verify")}</p>
        <p>
          {pen.t("view_no_app")}{" "}
          <a href="https://delta.chat/download" rel="noreferrer">
            {pen.t("get_button")}
          </a>
        </p>
        {pen.when("SharingEnabled", () => (
          <p>
            <a href="/share">{pen.t("nav_share")}</a>
          </p>
        ))}
        <EditLink pen={pen} />
        {pen.when("Custom.ReportLink", () => (
          <p class="soft">
            <a href={pen.value("Custom.ReportLink")} rel="noreferrer">
              {pen.t("view_report")}
            </a>
          </p>
        ))}
      </section>
    </Frame>
  );
}

/** For whoever made the link. */
function EditLink({ pen }: { readonly pen: Pen }) {
  return (
    <p>
      <a href={`/share/edit?slug=${pen.value("Custom.Slug")}`}>
        {pen.t("share_own")}
      </a>
    </p>
  );
}
