/** How a visitor gets an account: the landing page and `/new`. @module */
import type { JSX } from "preact";
import {
  AccountForm,
  type SignUpProblem,
  type TypedFields,
} from "./account_form.tsx";
import {
  type Assets,
  CertificateHint,
  InstallHint,
  Layout,
  QrCode,
} from "./layout.tsx";

/** A link for the app. */
export interface AppLink {
  readonly link: string;
  readonly qrSvg: string;
}

export type SignUp =
  /** `app`, by which it asks for the account itself, is absent where the app would not trust our certificate, or without a token. */
  | { readonly kind: "open" | "token" | "closed"; readonly app?: AppLink }
  /** This page came in the clear; accounts are made at the URL. */
  | {
    readonly kind: "elsewhere";
    readonly url: string;
    readonly ownCertificate: boolean;
  }
  | { readonly kind: "no_https" };

export interface Contact {
  readonly text: string;
  readonly href?: string;
}

export interface SignUpProps {
  readonly domain: string;
  readonly assets: Assets;
  readonly signUp: SignUp;
  readonly typed: TypedFields;
  readonly chosenNames: boolean;
  readonly rules: { readonly name: string; readonly password: string };
  /** Sentences on what is deleted when. */
  readonly retention: readonly string[];
  /** By which the app comes through networks that block us. */
  readonly tunnel?: AppLink;
  /** Who runs this server. */
  readonly contact?: Contact;
  /** Why the last try was refused. */
  readonly problem?: SignUpProblem;
}

export function SignUpPage(props: SignUpProps): JSX.Element {
  const { domain, assets, problem } = props;
  return (
    <Layout title={`${domain} – chatmail`} assets={assets}>
      <header>
        <h1>{domain}</h1>
        <p class="soft">A chatmail relay for Delta Chat</p>
      </header>
      {problem !== undefined && <FormCard {...props} />}
      <AboutCard />
      {problem === undefined && <AppCard {...props} />}
      {problem === undefined && <FormCard {...props} />}
      <TunnelCard {...props} />
      <ServerCard {...props} />
    </Layout>
  );
}

function AboutCard() {
  return (
    <section class="card">
      <h2>First, get Delta Chat</h2>
      <p>
        Delta Chat is a free messenger for Android, iPhone and computers. It
        asks for no phone number; messages are end-to-end encrypted. This server
        carries them.
      </p>
      <p>
        <a
          class="button plain"
          href="https://delta.chat/download"
          rel="noreferrer"
        >
          Get Delta Chat from delta.chat
        </a>
      </p>
    </section>
  );
}

function AppCard({ signUp }: SignUpProps) {
  if (!("app" in signUp) || signUp.app === undefined) return null;
  const { link, qrSvg } = signUp.app;
  return (
    <section class="card center">
      <h2>Then open this in it</h2>
      <a class="button" href={link} data-opens-app>
        Create an account in Delta Chat
      </a>
      <InstallHint />
      <p class="soft">or scan this with Delta Chat:</p>
      <QrCode svg={qrSvg} label="QR code of the sign-up link" />
      <details>
        <summary>By hand, for example on an iPhone</summary>
        <ol>
          <li>In Delta Chat, tap “Create New Profile”.</li>
          <li>Tap “Use Other Server”, then paste or scan.</li>
        </ol>
        <p class="copy">{link}</p>
        <button type="button" class="button plain" data-copy={link} hidden>
          Copy link
        </button>
      </details>
    </section>
  );
}

function TunnelCard({ tunnel }: SignUpProps) {
  if (tunnel === undefined) return null;
  const { link, qrSvg } = tunnel;
  return (
    <section class="card center">
      <h2>If your network blocks this server</h2>
      <a class="button plain" href={link} data-opens-app>
        Use its proxy in Delta Chat
      </a>
      <p class="soft">or scan this with Delta Chat:</p>
      <QrCode svg={qrSvg} label="QR code of the proxy" />
      <details>
        <summary>By hand</summary>
        <p>In Delta Chat: Settings, Advanced, Proxy.</p>
        <p class="copy">{link}</p>
        <button type="button" class="button plain" data-copy={link} hidden>
          Copy link
        </button>
      </details>
    </section>
  );
}

function FormCard(props: SignUpProps) {
  const { signUp } = props;
  switch (signUp.kind) {
    case "elsewhere":
      return (
        <section class="card">
          <h2>Create an account</h2>
          <Alert {...props} />
          <p>This page came unencrypted. Accounts are made over HTTPS:</p>
          <p>
            <a class="button" href={signUp.url}>Go on with HTTPS</a>
          </p>
          {signUp.ownCertificate && <CertificateHint />}
        </section>
      );
    case "no_https":
      return (
        <section class="card">
          <h2>Create an account</h2>
          <Alert {...props} />
          <p>
            This server has no HTTPS, so accounts cannot be made on this page.
          </p>
        </section>
      );
    case "open":
    case "token":
    case "closed":
      return (
        <section class="card" id="form">
          <h2>{TITLES[signUp.kind]}</h2>
          <Alert {...props} />
          {signUp.kind !== "open" && (
            <p>New accounts need an invitation token.</p>
          )}
          <AccountForm {...props} tokenRequired={signUp.kind !== "open"} />
        </section>
      );
  }
}

const TITLES = {
  open: "Create an account here",
  token: "Create an account here",
  closed: "Registration is closed",
} as const;

function Alert({ problem }: SignUpProps) {
  if (problem === undefined) return null;
  return <p class="bad" role="alert">{problem.text}.</p>;
}

function ServerCard({ retention, contact }: SignUpProps) {
  return (
    <section class="card soft">
      <h2>What this server keeps</h2>
      <p>
        Messages are encrypted between the phones. The relay asks for no phone
        number or name and writes no log of who talks to whom.
      </p>
      <ul>{retention.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      {contact !== undefined && (
        <p>
          Who runs it: {contact.href === undefined
            ? contact.text
            : <a href={contact.href} rel="noreferrer">{contact.text}</a>}
        </p>
      )}
    </section>
  );
}
