/** What is known of this server, as the variables of a page. @module */
import {
  directionOf,
  LANGUAGE_NAMES,
  LANGUAGES,
} from "../../../web/i18n/languages.ts";
import type {
  LanguageChoice,
  Variables,
} from "../../../web/pages/variables.ts";
import { ASSETS } from "../assets.ts";
import type { SiteFacts } from "../site_backend.ts";
import { contactOf } from "./contact.ts";
import { qrImage } from "./qr_image.ts";
import { messageSentence, retentionSentences } from "./sentences.ts";
import type { Visit } from "./visit.ts";

/** Those that belong to one page each. */
export type PageGroup =
  | "AccountLink"
  | "AccountQR"
  | "SignUp"
  | "Invite"
  | "Account"
  | "OwnAccount"
  | "Custom"
  | "Share"
  | "OwnLink"
  | "Message"
  | "Doc"
  | "UserTopics"
  | "OperatorTopics"
  | "Headings"
  | "Found";

export type CommonVariables = Omit<Variables, PageGroup>;

const DAY = 86_400;

export function commonVariables(visit: Visit): CommonVariables {
  const { facts, words, url } = visit;
  const { language } = words;
  const { links, web } = facts;
  return {
    ...portsOf(facts),
    ...contactsOf(facts),
    Language: language,
    Dir: directionOf(language),
    Languages: languagesOf(url, language),
    Domain: shownDomain(facts.domain),
    MailDomain: facts.domain,
    MXDomain: web.mxHost,
    WebDomain: URL.parse(facts.publicUrl)?.hostname ?? facts.domain,
    PublicIP: web.publicIp,
    SiteURL: facts.publicUrl,
    Version: web.version,
    ProgramName: web.programName,
    ProgramURL: web.programPath === "" ? "" : facts.publicUrl + web.programPath,
    Registration: facts.registration,
    RegistrationOpen: facts.registration === "open",
    JitRegistrationEnabled: web.jitRegistration,
    TokenRequired: facts.registration === "token",
    CertTrusted: links.publiclyTrusted,
    ClientHost: links.instead?.host ?? links.imap.host,
    DefaultQuota: web.quotaOctets,
    MaxMessageSize: web.maxMessageOctets,
    MaxMessagesPerMinute: web.sendPerMinute,
    QuotaText: words.size(web.quotaOctets),
    MessageSizeText: words.size(web.maxMessageOctets),
    RateText: web.sendPerMinute > 0 ? words.number(web.sendPerMinute) : "",
    QuotaRolls: web.quotaRolls,
    RetentionDays: Math.round((facts.retention.messagesSeconds ?? 0) / DAY),
    InactiveDeleteDays: Math.round(
      (facts.retention.inactiveAccountsSeconds ?? 0) / DAY,
    ),
    MessageRetentionLine: facts.retention.messagesSeconds === undefined
      ? ""
      : messageSentence(facts.retention, words),
    Retention: retentionSentences(facts.retention, words),
    SSURL: facts.tunnelLink ?? "",
    SSQR: facts.tunnelLink === undefined ? "" : qrImage(facts.tunnelLink),
    // Shadowsocks here has no plugins
    V2rayNGConfigWS: "",
    V2rayNGConfigGRPC: "",
    SharingEnabled: web.sharing,
    KeysRemembered: web.remembersKeys,
    TrafficCounted: web.countsTraffic,
    FederationEnabled: web.federates,
    WebClientEnabled: web.webClient,
    DocsEnabled: web.docs,
    OperatorDocsEnabled: web.docs && web.operatorDocs,
    ...assetsOf(visit),
    Hidden: false,
    InlineStyle: "",
    // those on the port of HTTPS need ALPN, which no other app speaks
    Services: facts.services.filter(({ port }) => port !== facts.httpsPort)
      .map(({ protocol, host, port, socket }) => ({
        protocol: protocol === "imap" ? "IMAP" : "SMTP",
        place: words.t("account_port", { host, port: String(port) }),
        security: socket === "SSL" ? "TLS" : "STARTTLS",
      })),
  };
}

/** Those of the operator, under their names, before those of the program. */
function assetsOf({ overlay }: Visit) {
  const own = (name: string, ours: string) =>
    overlay?.has(name) ? `/${name}` : ours;
  return {
    Style: own("main.css", ASSETS.style),
    Script: own("main.js", ASSETS.script),
    Icon: own("logo.svg", ASSETS.icon),
  };
}

function portsOf({ links, services }: SiteFacts) {
  const port = (protocol: string, socket: string) =>
    String(
      services.find((one) => one.protocol === protocol && one.socket === socket)
        ?.port ?? "",
    );
  return {
    ImapPortTLS: port("imap", "SSL"),
    ImapPortStartTLS: port("imap", "STARTTLS"),
    SmtpPortTLS: port("smtp", "SSL"),
    SmtpPortStartTLS: port("smtp", "STARTTLS"),
    DcloginImapSecurity: links.imap.security,
    DcloginSmtpSecurity: links.smtp.security,
  };
}

function contactsOf({ adminContact, web }: SiteFacts) {
  const general = contactOf(adminContact);
  const privacy = contactOf(web.privacyContact) ?? general;
  const security = contactOf(web.securityContact);
  return {
    OperatorName: web.operatorName,
    ContactText: general?.text ?? "",
    ContactLink: general?.href ?? "",
    AbuseContact: web.abuseContact,
    PrivacyContact: privacy?.text ?? "",
    PrivacyContactLink: privacy?.href ?? "",
    SecurityContact: security?.text ?? "",
    SecurityContactLink: security?.href ?? "",
  };
}

/** What a link says besides the language, and must go on saying. */
const KEPT_FIELDS = ["token", "t"];

/** The same page in each language. */
function languagesOf(url: URL, current: string): LanguageChoice[] {
  return LANGUAGES.map((code) => {
    const query = new URLSearchParams({ lang: code });
    for (const name of KEPT_FIELDS) {
      const value = url.searchParams.get(name);
      if (value !== null) query.set(name, value);
    }
    return {
      code,
      name: LANGUAGE_NAMES[code],
      href: `?${query}`,
      current: String(code === current),
    };
  });
}

function shownDomain(domain: string): string {
  return domain.replace(/^\[(?:IPv6:)?|\]$/g, "");
}
