/** A server as templates are tried with: all variables are there, in two states. @module */
import { Words } from "../../../web/i18n/words.ts";
import type { Variables } from "../../../web/pages/variables.ts";
import { commonVariables } from "../pages/page_variables.ts";
import type { SiteFacts } from "../site_backend.ts";

const SERVER = { host: "chat.example", port: 993, security: "ssl" } as const;

const RICH: SiteFacts = {
  links: {
    imap: SERVER,
    smtp: { ...SERVER, port: 465 },
    publiclyTrusted: true,
  },
  publicUrl: "https://chat.example",
  hosts: ["chat.example"],
  domain: "chat.example",
  registration: "open",
  rules: {
    chosenNames: true,
    minNameLength: 8,
    maxNameLength: 20,
    passwordMinLength: 9,
  },
  retention: { messagesSeconds: 1_728_000, inactiveAccountsSeconds: 7_776_000 },
  adminContact: "mailto:op@chat.example",
  autoconfig: true,
  allowsInsecure: false,
  services: [
    { protocol: "imap", host: "chat.example", port: 993, socket: "SSL" },
    { protocol: "smtp", host: "chat.example", port: 465, socket: "SSL" },
  ],
  hstsSeconds: 0,
  tunnelLink: "ss://link",
  httpsPort: 443,
  language: "en",
  web: {
    pages: true,
    mxHost: "chat.example",
    publicIp: "203.0.113.5",
    version: "1.0.0",
    programName: "postern",
    programPath: "/postern",
    jitRegistration: true,
    quotaOctets: 1024 ** 3,
    quotaRolls: true,
    maxMessageOctets: 31 * 1024 ** 2,
    sendPerMinute: 60,
    operatorName: "Ann",
    abuseContact: "abuse@chat.example",
    privacyContact: "privacy@chat.example",
    securityContact: "security@chat.example",
    sharing: true,
    remembersKeys: true,
    countsTraffic: true,
    federates: true,
    webClient: true,
    docs: true,
    operatorDocs: true,
  },
};

const BARE: SiteFacts = {
  ...RICH,
  links: { ...RICH.links, publiclyTrusted: false },
  domain: "[203.0.113.5]",
  publicUrl: "https://203.0.113.5",
  registration: "closed",
  rules: { ...RICH.rules, chosenNames: false },
  retention: {},
  adminContact: "",
  services: [],
  tunnelLink: "",
  language: "fa",
  web: {
    ...RICH.web,
    publicIp: "",
    version: "",
    programPath: "",
    jitRegistration: false,
    quotaRolls: false,
    operatorName: "",
    abuseContact: "",
    privacyContact: "",
    securityContact: "",
    sharing: false,
    webClient: false,
    docs: false,
    operatorDocs: false,
  },
};

export interface Sample {
  readonly words: Words;
  readonly variables: Variables;
}

export function samples(): readonly Sample[] {
  return [sampleOf(RICH, true), sampleOf(BARE, false)];
}

function sampleOf(facts: SiteFacts, isRich: boolean): Sample {
  const words = new Words(isRich ? "en" : "fa");
  const url = new URL(facts.publicUrl);
  const common = commonVariables({
    facts,
    words,
    url,
    request: new Request(url),
    peer: { address: "203.0.113.9", secure: true },
    isHidden: false,
    overlay: undefined,
  });
  const text = isRich ? "text" : "";
  return { words, variables: { ...common, ...groups(text, isRich) } };
}

function groups(
  text: string,
  flag: boolean,
): Omit<Variables, keyof ReturnType<typeof commonVariables>> {
  const topic = { href: "/docs/general", title: text, summary: text };
  return {
    AccountLink: text,
    AccountQR: text,
    SignUp: {
      Kind: flag ? "open" : "closed",
      URL: text,
      ChosenNames: flag,
      NameRule: text,
      PasswordRule: text,
      Token: text,
      Username: text,
      Password: text,
      Problem: text,
      TokenInvalid: String(flag),
      UsernameInvalid: String(flag),
      PasswordInvalid: String(flag),
      TokenFolded: flag,
      Unfolded: flag,
    },
    Invite: {
      Valid: flag,
      Status: flag ? "active" : "invalid",
      ExpiresAt: text,
      UsesLeft: text,
      Note: text,
    },
    Account: { Address: text, Password: text, Link: text, QR: text },
    OwnAccount: { Address: text, Problem: text, Done: text },
    Custom: {
      Slug: text,
      URL: text,
      Name: text,
      Initial: text,
      Kind: flag ? "contact" : "group",
      InviteLink: text,
      Link: text,
      QR: text,
      EditKey: text,
      ReportLink: text,
    },
    Share: { URL: text, Name: text, Slug: text, Problem: text },
    OwnLink: {
      Slug: text,
      Key: text,
      URL: text,
      Name: text,
      Link: text,
      Problem: text,
      Done: text,
    },
    Message: { Title: text, Text: text },
    Doc: {
      Title: text,
      Html: text,
      Language: "en",
      Dir: "ltr",
      InEnglish: flag,
      SearchURL: text,
      Asked: text,
      Found: flag ? "1" : "",
    },
    UserTopics: flag ? [topic] : [],
    OperatorTopics: flag ? [topic] : [],
    Headings: flag ? [topic] : [],
    Found: flag ? [topic] : [],
  };
}
