/** How a visitor gets an account: the landing page, `/new` and invitations. @module */
import type { JSX } from "preact";
import { AccountForm } from "./account_form.tsx";
import {
  Contact,
  CopyButton,
  Frame,
  InstallHint,
  Ltr,
  QrCode,
} from "./frame.tsx";
import type { Pen } from "./pen.ts";
import type { Path } from "./variables.ts";

export function LandingPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("tagline")} at="/">
      <header>
        <h1>
          <Ltr>{pen.value("Domain")}</Ltr>
        </h1>
        <p class="lead">{pen.t("tagline")}</p>
        <p>{pen.t("what_text")}</p>
      </header>
      {pen.when("SignUp.Problem", () => <FormCard pen={pen} />)}
      <WaysIn pen={pen} />
      <section class="card">
        <h2>{pen.t("what_title")}</h2>
        <ul>
          <li>{pen.t("what_no_number")}</li>
          <li>{pen.t("what_encrypted")}</li>
          {pen.when(
            "FederationEnabled",
            () => <li>{pen.t("what_everywhere")}</li>,
          )}
        </ul>
      </section>
      <TunnelCard pen={pen} />
      <section class="card soft">
        <h2>{pen.t("keeps_title")}</h2>
        <p>{pen.t("keeps_text")}</p>
        <ul>{pen.each("Retention", (one) => <li>{one.text}</li>)}</ul>
        <p>
          <a href="/privacy">{pen.t("keeps_more")}</a>
        </p>
        <Operator pen={pen} />
      </section>
    </Frame>
  );
}

/** The same without what it is all about. */
export function NewAccountPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("form_to_sign_up")}>
      <header>
        <h1>{pen.t("form_to_sign_up")}</h1>
        <p class="soft">
          <Ltr>{pen.value("Domain")}</Ltr>
        </p>
      </header>
      {pen.when("SignUp.Problem", () => <FormCard pen={pen} />)}
      <WaysIn pen={pen} />
      <TunnelCard pen={pen} />
    </Frame>
  );
}

export function InvitePage({ pen }: { readonly pen: Pen }): JSX.Element {
  return pen.when(
    "Invite.Valid",
    () => (
      <Frame pen={pen} title={pen.t("invite_title")}>
        <header>
          <h1>{pen.t("invite_title")}</h1>
          <p>{pen.t("invite_text", { domain: "Domain" })}</p>
          {pen.when(
            "Invite.Note",
            () => <p dir="auto">{pen.value("Invite.Note")}</p>,
          )}
          {pen.when("Invite.ExpiresAt", () => (
            <p class="soft">
              {pen.t("invite_until", { date: "Invite.ExpiresAt" })}
            </p>
          ))}
          {pen.when("Invite.UsesLeft", () => (
            <p class="soft">
              {pen.t("invite_uses", { count: "Invite.UsesLeft" })}
            </p>
          ))}
        </header>
        <WaysIn pen={pen} />
      </Frame>
    ),
    () =>
      pen.when(
        { path: "Invite.Status", is: "none" },
        () => <NoInvite pen={pen} kind="none" />,
        () => <NoInvite pen={pen} kind="invalid" />,
      ),
  );
}

function NoInvite(
  { pen, kind }: { readonly pen: Pen; readonly kind: "none" | "invalid" },
) {
  return (
    <Frame pen={pen} title={pen.t(`invite_${kind}_title`)}>
      <header>
        <h1>{pen.t(`invite_${kind}_title`)}</h1>
        <p>{pen.t(`invite_${kind}_text`)}</p>
        <p>
          <a href="/">{pen.t("to_start")}</a>
        </p>
      </header>
    </Frame>
  );
}

/** Without a problem: with one, the form alone comes before everything else. */
function WaysIn({ pen }: { readonly pen: Pen }) {
  return (
    <>
      <GetCard pen={pen} />
      {pen.when("SignUp.Problem", () => null, () => (
        <>
          {pen.when("AccountLink", () => <AppCard pen={pen} />)}
          <FormCard pen={pen} />
        </>
      ))}
    </>
  );
}

function GetCard({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <section class="card">
      <h2>{pen.t("get_title")}</h2>
      <p>{pen.t("get_text")}</p>
      <p>
        <a
          class="button plain"
          href="https://delta.chat/download"
          rel="noreferrer"
        >
          {pen.t("get_button")}
        </a>
      </p>
      {pen.when("WebClientEnabled", () => (
        <p>
          <a href="/app">{pen.t("get_browser")}</a>
        </p>
      ))}
    </section>
  );
}

function AppCard({ pen }: { readonly pen: Pen }) {
  return (
    <section class="card center">
      <h2>{pen.t("app_title")}</h2>
      <a class="button" href={pen.value("AccountLink")} data-opens-app>
        {pen.t("app_button")}
      </a>
      <InstallHint pen={pen} />
      <p class="soft">{pen.t("app_or_scan")}</p>
      <QrCode pen={pen} of="AccountQR" label={pen.t("app_qr_label")} />
      <details>
        <summary>{pen.t("by_hand_phone")}</summary>
        <ol>
          <li>{pen.t("by_hand_1")}</li>
          <li>{pen.t("by_hand_2")}</li>
        </ol>
        <Link pen={pen} of="AccountLink" />
      </details>
    </section>
  );
}

export function TunnelCard({ pen }: { readonly pen: Pen }): JSX.Element {
  return pen.when("SSURL", () => (
    <section class="card center">
      <h2>{pen.t("tunnel_title")}</h2>
      <a class="button plain" href={pen.value("SSURL")} data-opens-app>
        {pen.t("tunnel_button")}
      </a>
      <p class="soft">{pen.t("app_or_scan")}</p>
      <QrCode pen={pen} of="SSQR" label={pen.t("tunnel_qr_label")} />
      <details>
        <summary>{pen.t("by_hand")}</summary>
        <p>{pen.t("tunnel_by_hand")}</p>
        <Link pen={pen} of="SSURL" />
      </details>
    </section>
  ));
}

function Link({ pen, of }: { readonly pen: Pen; readonly of: Path }) {
  return (
    <>
      <p class="copy">
        <Ltr>{pen.value(of)}</Ltr>
      </p>
      <CopyButton pen={pen} of={of} />
    </>
  );
}

function FormCard({ pen }: { readonly pen: Pen }) {
  const kind = (is: string) => ({ path: "SignUp.Kind", is }) as const;
  return pen.when(
    kind("elsewhere"),
    () => <ElsewhereCard pen={pen} />,
    () =>
      pen.when(kind("no_https"), () => (
        <section class="card">
          <h2>{pen.t("elsewhere_title")}</h2>
          <Alert pen={pen} />
          <p>{pen.t("no_https_text")}</p>
        </section>
      ), () => (
        <section class="card" id="form">
          {pen.when(
            "SignUp.Token",
            () => <FormTitle pen={pen} />,
            () =>
              pen.when(
                kind("closed"),
                () => <h2>{pen.t("form_closed_title")}</h2>,
                () => <FormTitle pen={pen} />,
              ),
          )}
          <Alert pen={pen} />
          {pen.when("SignUp.Token", () => null, () =>
            pen.when(
              kind("open"),
              () => null,
              () => <p>{pen.t("form_needs_token")}</p>,
            ))}
          <AccountForm pen={pen} />
        </section>
      )),
  );
}

/** Beside the way by the app, or in its place; with a problem, the page has one. */
function FormTitle({ pen }: { readonly pen: Pen }) {
  return pen.when("SignUp.Problem", () => null, () =>
    pen.when(
      "AccountLink",
      () => <h2>{pen.t("form_title")}</h2>,
      () => <h2>{pen.t("app_title")}</h2>,
    ));
}

function ElsewhereCard({ pen }: { readonly pen: Pen }) {
  return (
    <section class="card">
      <h2>{pen.t("elsewhere_title")}</h2>
      <Alert pen={pen} />
      <p>{pen.t("elsewhere_text")}</p>
      <p>
        <a class="button" href={pen.value("SignUp.URL")}>
          {pen.t("elsewhere_button")}
        </a>
      </p>
      {pen.when(
        "CertTrusted",
        () => null,
        () => <p class="soft">{pen.t("own_certificate")}</p>,
      )}
    </section>
  );
}

function Alert({ pen }: { readonly pen: Pen }) {
  return pen.when(
    "SignUp.Problem",
    () => <p class="bad" role="alert">{pen.value("SignUp.Problem")}.</p>,
  );
}

/** Who runs this server, if somebody is named. */
export function Operator({ pen }: { readonly pen: Pen }): JSX.Element {
  const contact = () => (
    <Contact pen={pen} text="ContactText" link="ContactLink" />
  );
  return pen.when(
    "OperatorName",
    () => (
      <p>
        {pen.t("who_runs_it")} {pen.value("OperatorName")}
        {pen.when("ContactText", () => <>, {contact()}</>)}
      </p>
    ),
    () =>
      pen.when("ContactText", () => (
        <p>
          {pen.t("who_runs_it")} {contact()}
        </p>
      )),
  );
}
