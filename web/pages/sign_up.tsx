/** How a visitor gets an account: the landing page and `/new`. @module */
import type { JSX } from "preact";
import { type Assets, InstallHint, Layout, QrCode } from "./layout.tsx";

export type SignUp =
  /** The app asks for the account itself, at this `dcaccount:` link. */
  | { readonly kind: "app"; readonly link: string; readonly qrSvg: string }
  /** The page asks: the app would not trust our certificate. */
  | { readonly kind: "form"; readonly tokenRequired: boolean }
  | { readonly kind: "closed" };

export interface SignUpProps {
  readonly domain: string;
  readonly assets: Assets;
  readonly signUp: SignUp;
  /** Where the form goes; with the chosen token it opens a closed server too. */
  readonly chosenNames: boolean;
  /** Why the last try was refused. */
  readonly problem?: string;
}

export function SignUpPage(props: SignUpProps): JSX.Element {
  const { domain, assets, signUp, problem } = props;
  return (
    <Layout title={`${domain} – chatmail`} assets={assets}>
      <header>
        <h1>{domain}</h1>
        <p class="soft">
          A chatmail relay: get an account in a second, chat end-to-end
          encrypted.
        </p>
      </header>
      {problem !== undefined && <p class="card bad" role="alert">{problem}</p>}
      {signUp.kind === "app" && <AppCard {...signUp} />}
      {signUp.kind === "form" && (
        <section class="card">
          <h2>Create an account</h2>
          <AccountForm
            tokenRequired={signUp.tokenRequired}
            chosenNames={props.chosenNames}
          />
        </section>
      )}
      {signUp.kind === "closed" && <ClosedCard {...props} />}
      {signUp.kind === "app" && (
        <section class="card">
          <h2>Create an account here</h2>
          <AccountForm
            tokenRequired={false}
            chosenNames={props.chosenNames}
          />
        </section>
      )}
      <section class="card soft">
        <h2>What this server knows</h2>
        <p>
          Messages are encrypted between the phones. The relay asks for no phone
          number or name, writes no log of who talks to whom, and deletes
          messages after some days.
        </p>
      </section>
    </Layout>
  );
}

function AppCard({ link, qrSvg }: { link: string; qrSvg: string }) {
  return (
    <section class="card center">
      <a class="button" href={link} data-opens-app>Open in Delta Chat</a>
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

function ClosedCard({ chosenNames }: SignUpProps) {
  return (
    <section class="card">
      <h2>Registration is closed</h2>
      <p>New accounts need an invitation token.</p>
      <AccountForm tokenRequired chosenNames={chosenNames} />
    </section>
  );
}

interface AccountFormProps {
  readonly tokenRequired: boolean;
  readonly chosenNames: boolean;
}

function AccountForm({ tokenRequired, chosenNames }: AccountFormProps) {
  return (
    <form method="post" action="/new">
      {tokenRequired && <TokenField required />}
      <button class="button" type="submit">Create account</button>
      {(chosenNames || !tokenRequired) && (
        <details>
          <summary>
            {tokenRequired
              ? "Choose name and password"
              : "Invitation token, or a name of your own"}
          </summary>
          {!tokenRequired && <TokenField required={false} />}
          {chosenNames && <NameFields />}
        </details>
      )}
    </form>
  );
}

function NameFields() {
  return (
    <>
      <label for="username">Name</label>
      <input
        id="username"
        name="username"
        autocomplete="off"
        autocapitalize="none"
        maxLength={64}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        maxLength={256}
      />
    </>
  );
}

function TokenField({ required }: { required: boolean }) {
  return (
    <>
      <label for="token">Invitation token</label>
      <input
        id="token"
        name="token"
        autocomplete="off"
        maxLength={128}
        required={required}
      />
    </>
  );
}
