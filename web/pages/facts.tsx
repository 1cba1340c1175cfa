/** What this server is, keeps and protects, and how one like it is made. @module */
import type { ComponentChildren, JSX } from "preact";
import type { TextKey } from "../i18n/words.ts";
import { Contact, Frame } from "./frame.tsx";
import type { Pen } from "./pen.ts";
import { Operator, TunnelCard } from "./sign_up.tsx";

interface PageProps {
  readonly pen: Pen;
}

export function InfoPage({ pen }: PageProps): JSX.Element {
  const kind = (is: string) => ({ path: "Registration", is }) as const;
  return (
    <Frame pen={pen} title={pen.t("info_title")} at="/info">
      <header>
        <h1>{pen.t("info_title")}</h1>
        <p>{pen.t("info_text", { domain: "Domain" })}</p>
      </header>
      <section class="card">
        <ul>
          <li>
            {pen.when(kind("open"), () => pen.t("info_open"), () =>
              pen.when(
                kind("token"),
                () => pen.t("info_token"),
                () => pen.t("info_closed"),
              ))}
          </li>
          <li>{pen.t("info_encrypted")}</li>
          <li>{pen.t("info_quota", { size: "QuotaText" })}</li>
          {pen.when(
            "QuotaRolls",
            () => <li>{pen.t("info_quota_full")}</li>,
          )}
          <li>{pen.t("info_message_size", { size: "MessageSizeText" })}</li>
          {pen.when(
            "RateText",
            () => <li>{pen.t("info_rate", { count: "RateText" })}</li>,
          )}
        </ul>
      </section>
      <Deleted pen={pen} />
      <section class="card">
        <h2>{pen.t("info_connect_title")}</h2>
        <dl>
          {pen.each("Services", (one) => (
            <>
              <dt>{one.field("protocol")}</dt>
              <dd>
                <code dir="ltr">{one.field("place")}</code>{" "}
                {one.field("security")}
              </dd>
            </>
          ))}
        </dl>
      </section>
      <TunnelCard pen={pen} />
      <section class="card soft">
        <Operator pen={pen} />
        <p>
          <a href="/privacy">{pen.t("keeps_more")}</a>
        </p>
      </section>
    </Frame>
  );
}

export function PrivacyPage({ pen }: PageProps): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("privacy_title")} at="/privacy">
      <header>
        <h1>{pen.t("privacy_title")}</h1>
        <p>{pen.t("privacy_text", { domain: "Domain" })}</p>
      </header>
      <section class="card">
        <h2>{pen.t("privacy_stored_title")}</h2>
        <ul>
          <li>{pen.t("privacy_stored_account")}</li>
          <li>{pen.t("privacy_stored_login")}</li>
          <li>{pen.t("privacy_stored_messages")}</li>
          <li>{pen.t("privacy_stored_push")}</li>
          {pen.when(
            "SharingEnabled",
            () => <li>{pen.t("privacy_stored_share")}</li>,
          )}
          {pen.when(
            "KeysRemembered",
            () => <li>{pen.t("privacy_stored_key")}</li>,
          )}
          {pen.when(
            "TrafficCounted",
            () => <li>{pen.t("privacy_stored_traffic")}</li>,
          )}
        </ul>
      </section>
      <Deleted pen={pen} />
      <section class="card">
        <h2>{pen.t("privacy_never_title")}</h2>
        <ul>
          <li>{pen.t("privacy_never_content")}</li>
          <li>{pen.t("privacy_never_identity")}</li>
          <li>{pen.t("privacy_never_ip")}</li>
          <li>
            {pen.when(
              "TrafficCounted",
              () => pen.t("privacy_never_graph"),
              () => pen.t("privacy_never_log"),
            )}
          </li>
        </ul>
      </section>
      <section class="card">
        <h2>{pen.t("privacy_others_title")}</h2>
        <ul>
          {pen.when(
            "FederationEnabled",
            () => <li>{pen.t("privacy_others_servers")}</li>,
          )}
          <li>{pen.t("privacy_others_network")}</li>
        </ul>
      </section>
      <section class="card">
        <h2>{pen.t("privacy_site_title")}</h2>
        <p>{pen.t("privacy_site_text")}</p>
      </section>
      <section class="card">
        <h2>{pen.t("privacy_delete_title")}</h2>
        <p>{pen.t("privacy_delete_text")}</p>
        <p>
          {pen.t("privacy_delete_account")}{" "}
          <a href="/account">{pen.t("own_title")}</a>
        </p>
        {pen.when(
          "InactiveDeleteDays",
          () => <p>{pen.t("privacy_delete_unused")}</p>,
        )}
        {pen.when("PrivacyContact", () => (
          <p>
            {pen.t("privacy_ask")}{" "}
            <Contact
              pen={pen}
              text="PrivacyContact"
              link="PrivacyContactLink"
            />
          </p>
        ))}
      </section>
    </Frame>
  );
}

export function SecurityPage({ pen }: PageProps): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("security_title")} at="/security">
      <header>
        <h1>{pen.t("security_title")}</h1>
        <p>{pen.t("security_text")}</p>
      </header>
      <section class="card">
        <h2>{pen.t("security_does_title")}</h2>
        <ul>
          <li>{pen.t("security_does_e2e")}</li>
          <li>{pen.t("security_does_verify")}</li>
          <li>{pen.t("security_does_tls")}</li>
          <li>
            {pen.when(
              "CertTrusted",
              () => pen.t("security_does_trusted"),
              () => pen.t("security_does_own"),
            )}
          </li>
          <li>{pen.t("security_does_password")}</li>
        </ul>
      </section>
      <Points
        pen={pen}
        title="security_not_title"
        points={[
          "security_not_metadata",
          "security_not_phone",
          "security_not_backup",
        ]}
      />
      <section class="card">
        <h2>{pen.t("security_report_title")}</h2>
        <p>
          {pen.when("SecurityContact", () => (
            <>
              {pen.t("security_report_text")}{" "}
              <Contact
                pen={pen}
                text="SecurityContact"
                link="SecurityContactLink"
              />
            </>
          ), () => pen.t("security_report_none"))}
        </p>
      </section>
    </Frame>
  );
}

export function DeployPage({ pen }: PageProps): JSX.Element {
  const name = pen.value("ProgramName");
  return (
    <Frame pen={pen} title={pen.t("deploy_title")} at="/deploy">
      <header>
        <h1>{pen.t("deploy_title")}</h1>
        <p>{pen.t("deploy_text")}</p>
      </header>
      <Points
        pen={pen}
        title="deploy_needs_title"
        points={["deploy_needs_machine", "deploy_needs_domain"]}
      />
      <section class="card">
        <h2>{pen.t("deploy_steps_title")}</h2>
        <ol>
          <li>
            {pen.when("ProgramURL", () => (
              <>
                {pen.t("deploy_step_fetch")}
                <Command>
                  curl -fsSLo {name} {pen.value("ProgramURL")} && chmod +x{" "}
                  {name}
                </Command>
              </>
            ), () => (
              <>
                {pen.t("deploy_step_fetch_release")}
                <Command>
                  curl -fsSL
                  https://example.org/releases/1.2.0/postern-linux-x86_64.tar.gz
                  | tar -xz
                </Command>
              </>
            ))}
          </li>
          <li>
            {pen.t("deploy_step_install")}
            <Command>
              ./{name} install --simple --domain chat.example --start
            </Command>
            <Command>
              ./{name} install --simple --ip 203.0.113.5 --auto-ip-cert --start
            </Command>
          </li>
          <li>
            {pen.t("deploy_step_dns")}
            <Command>{name} dns records</Command>
            <Command>{name} doctor</Command>
          </li>
        </ol>
        {pen.when("OperatorDocsEnabled", () => (
          <p>
            {pen.t("deploy_more")} <a href="/docs/">{pen.t("docs_title")}</a>
          </p>
        ))}
      </section>
    </Frame>
  );
}

function Command({ children }: { children: ComponentChildren }) {
  return (
    <pre dir="ltr" tabIndex={0}>
      <code>{children}</code>
    </pre>
  );
}

function Deleted({ pen }: PageProps) {
  return (
    <section class="card">
      <h2>{pen.t("info_deleted_title")}</h2>
      <ul>{pen.each("Retention", (one) => <li>{one.text}</li>)}</ul>
    </section>
  );
}

function Points({ pen, title, points }: {
  readonly pen: Pen;
  readonly title: TextKey;
  readonly points: readonly TextKey[];
}) {
  return (
    <section class="card">
      <h2>{pen.t(title)}</h2>
      <ul>{points.map((point) => <li key={point}>{pen.t(point)}</li>)}</ul>
    </section>
  );
}
