/** A fresh account, shown once. @module */
import type { JSX } from "preact";
import { type Assets, InstallHint, Layout, QrCode } from "./layout.tsx";

export interface AccountProps {
  readonly domain: string;
  readonly assets: Assets;
  readonly address: string;
  readonly password: string;
  /** `dclogin:` */
  readonly link: string;
  readonly qrSvg: string;
}

export function AccountPage(props: AccountProps): JSX.Element {
  const { domain, assets, address, password, link, qrSvg } = props;
  return (
    <Layout title={`Your account – ${domain}`} assets={assets}>
      <header>
        <h1>Your account is ready</h1>
        <p class="soft">It is shown once. Add it to Delta Chat now.</p>
      </header>
      <section class="card center">
        <a class="button" href={link} data-opens-app>Open in Delta Chat</a>
        <InstallHint />
        <p class="soft">or scan this with Delta Chat:</p>
        <QrCode svg={qrSvg} label="QR code of the account" />
        <p>
          <button type="button" class="button plain" data-copy={link} hidden>
            Copy link
          </button>
        </p>
      </section>
      <section class="card">
        <h2>For other mail apps</h2>
        <dl>
          <dt>Address</dt>
          <dd>
            <code>{address}</code>
          </dd>
          <dt>Password</dt>
          <dd>
            <code>{password}</code>
          </dd>
        </dl>
      </section>
    </Layout>
  );
}
