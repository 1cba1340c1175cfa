/** A fresh account, shown once. @module */
import type { JSX } from "preact";
import {
  type Assets,
  CertificateHint,
  InstallHint,
  Layout,
  QrCode,
} from "./layout.tsx";

export interface ShownService {
  readonly protocol: "imap" | "smtp";
  readonly host: string;
  readonly port: number;
  readonly socket: "SSL" | "STARTTLS";
}

export interface AccountProps {
  readonly domain: string;
  readonly assets: Assets;
  readonly address: string;
  readonly password: string;
  /** `dclogin:` */
  readonly link: string;
  readonly qrSvg: string;
  /** What other mail apps connect to. */
  readonly services: readonly ShownService[];
  /** The certificate is one that no app knows. */
  readonly ownCertificate: boolean;
}

export function AccountPage(props: AccountProps): JSX.Element {
  const { domain, assets, link, qrSvg } = props;
  return (
    <Layout title={`Your account – ${domain}`} assets={assets}>
      <header>
        <h1>Your account is ready</h1>
        <p class="soft">
          It is shown this once. Add it to Delta Chat now, before you leave or
          reload this page.
        </p>
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
      <OtherApps {...props} />
    </Layout>
  );
}

function OtherApps(
  { address, password, services, ownCertificate }: AccountProps,
) {
  return (
    <section class="card">
      <h2>For other mail apps</h2>
      <dl>
        <Row name="Address" value={address} />
        <Row name="User name" value={address} />
        <Row name="Password" value={password} />
        {services.map((service) => (
          <Row
            key={`${service.protocol} ${service.port}`}
            name={service.protocol === "imap" ? "IMAP" : "SMTP"}
            value={`${service.host} port ${service.port}`}
            more={service.socket === "SSL" ? "TLS" : "STARTTLS"}
          />
        ))}
      </dl>
      <p class="soft">
        Only encrypted mail can be sent: the app has to know OpenPGP.
      </p>
      {ownCertificate && <CertificateHint />}
    </section>
  );
}

function Row(
  { name, value, more }: { name: string; value: string; more?: string },
) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        {more !== undefined && ` ${more}`}
      </dd>
    </>
  );
}
