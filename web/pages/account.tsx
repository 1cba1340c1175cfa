/** A fresh account, shown once. @module */
import type { JSX } from "preact";
import { CopyButton, Frame, InstallHint, QrCode } from "./frame.tsx";
import type { Pen } from "./pen.ts";

export function AccountPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("account_title")}>
      <header>
        <h1>{pen.t("account_ready")}</h1>
        <p class="soft">{pen.t("account_once")}</p>
      </header>
      <section class="card center">
        <a class="button" href={pen.value("Account.Link")} data-opens-app>
          {pen.t("account_open")}
        </a>
        <InstallHint pen={pen} />
        <p class="soft">{pen.t("app_or_scan")}</p>
        <QrCode pen={pen} of="Account.QR" label={pen.t("account_qr_label")} />
        <p>
          <CopyButton pen={pen} of="Account.Link" />
        </p>
        {pen.when("Hidden", () => null, () => <Elsewhere pen={pen} />)}
      </section>
      <section class="card">
        <h2>{pen.t("account_others_title")}</h2>
        <dl>
          <Row
            name={pen.t("account_address")}
            value={pen.value("Account.Address")}
          />
          <Row
            name={pen.t("account_user")}
            value={pen.value("Account.Address")}
          />
          <Row
            name={pen.t("form_password")}
            value={pen.value("Account.Password")}
          />
          {pen.each("Services", (one) => (
            <Row
              name={one.field("protocol")}
              value={one.field("place")}
              more={one.field("security")}
            />
          ))}
        </dl>
        <p class="soft">{pen.t("account_encrypted_only")}</p>
        {pen.when(
          "CertTrusted",
          () => null,
          () => <p class="soft">{pen.t("own_certificate")}</p>,
        )}
      </section>
    </Frame>
  );
}

/** Beside this page, which is not shown again. */
function Elsewhere({ pen }: { readonly pen: Pen }) {
  const link = (href: string, text: string) => (
    <p>
      <a href={href} target="_blank" rel="noreferrer">{text}</a>
    </p>
  );
  return (
    <>
      {pen.when(
        "WebClientEnabled",
        () => link("/app", pen.t("account_in_browser")),
      )}
      {link("/account", pen.t("account_later"))}
    </>
  );
}

function Row(
  { name, value, more }: { name: string; value: string; more?: string },
) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code dir="ltr">{value}</code>
        {more !== undefined && ` ${more}`}
      </dd>
    </>
  );
}
