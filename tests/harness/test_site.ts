/** The site over facts of a test, without a relay behind it. @module */
import { NO_ECHO } from "./no_echo.ts";
import { TestTime } from "./test_time.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Refusal, RefusalCode } from "../../src/base/refusal.ts";
import type { Serving } from "../../src/federation/exchange/serve/serving.ts";
import type { HttpExchange, HttpPeer } from "../../src/http/peer.ts";
import { parseAddress } from "../../src/mail/address.ts";
import type { MxdelivBackend } from "../../src/api/mxdeliv/backend.ts";
import type { Overlay } from "../../src/api/overlay/overlay.ts";
import type { SharingBackend } from "../../src/api/sharing/backend.ts";
import type { Shares } from "../../src/sharing/shares.ts";
import type { Admission } from "../../src/api/webmail/admission.ts";
import { site } from "../../src/api/site.ts";
import type {
  Downloads,
  Invitation,
  RegistrationRequest,
  SiteFacts,
  SiteStealth,
} from "../../src/api/site_backend.ts";

const server = { host: "relay.example", port: 993, security: "ssl" } as const;
export const FACTS: SiteFacts = {
  links: {
    imap: server,
    smtp: { ...server, port: 465 },
    publiclyTrusted: true,
  },
  publicUrl: "https://relay.example",
  hosts: ["relay.example"],
  domain: "relay.example",
  registration: "open",
  rules: {
    chosenNames: true,
    minNameLength: 8,
    maxNameLength: 32,
    passwordMinLength: 9,
  },
  retention: { messagesSeconds: 20 * 86_400 },
  adminContact: "mailto:op@relay.example",
  autoconfig: true,
  allowsInsecure: false,
  services: [
    { protocol: "imap", host: "relay.example", port: 993, socket: "SSL" },
    { protocol: "smtp", host: "relay.example", port: 587, socket: "STARTTLS" },
  ],
  hstsSeconds: 100,
  httpsPort: 443,
  movedTo: "https://relay.example",
  language: "auto",
  web: {
    pages: true,
    mxHost: "relay.example",
    publicIp: "192.0.2.7",
    version: "",
    programName: "postern",
    programPath: "/postern",
    jitRegistration: true,
    quotaOctets: 1024 ** 3,
    quotaRolls: true,
    maxMessageOctets: 50 * 1024 ** 2,
    sendPerMinute: 60,
    operatorName: "",
    abuseContact: "",
    privacyContact: "",
    securityContact: "",
    sharing: true,
    remembersKeys: true,
    countsTraffic: false,
    federates: true,
    webClient: false,
    docs: true,
    operatorDocs: true,
  },
};
const { movedTo: _none, ...NOT_MOVED } = FACTS;
export const SELF_SIGNED: SiteFacts = {
  ...NOT_MOVED,
  links: { ...FACTS.links, publiclyTrusted: false },
};

export const EXCHANGE: HttpExchange = {
  address: "192.0.2.1",
  secure: true,
  limit() {},
  ending: new AbortController().signal,
};

export interface Ask {
  /** Of each host; the same of all hosts when it is not a function. */
  readonly facts?: SiteFacts | ((host: string) => SiteFacts);
  readonly refusal?: Refusal;
  readonly peer?: HttpPeer;
  readonly wait?: number;
  /** MTA-STS, by host. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly sharing?: SharingBackend;
  readonly overlay?: Overlay;
  readonly downloads?: Downloads;
  readonly stealth?: SiteStealth;
  /** By token. */
  readonly invitations?: Readonly<Record<string, Invitation>>;
}

/** No exchanger may fetch anything, so that nothing else of it is asked. */
export const NOBODY_SERVED = { isOn: false } as Serving;

/** The site is there for all. */
export const NOT_HIDDEN: SiteStealth = {
  mode: "off",
  decoyDir: "",
  gateKey: "",
};

/** Nobody reads or writes mail over HTTP. */
export const NO_WEBMAIL = {
  backend: {
    options: () => ({ webimap: false, websmtp: false, corsOrigins: [] }),
    isSafe: ({ secure }: { secure: boolean }) => secure,
  },
} as unknown as Admission;

export const TIME = new TestTime();

/** A relay that nobody sends mail to. */
export const NO_SERVER_MAIL: MxdelivBackend = {
  takesPlain: () => false,
  maxOctets: () => 0,
  enter: () => ({ hold() {}, leave() {} }),
  begin: () => Promise.reject(new Error("Nobody sends mail")),
  countRefusal() {},
  reportBug() {},
};

/** Nobody shares anything. */
export const NO_SHARING: SharingBackend = {
  shares: {} as Shares,
  isOn: () => false,
  perTenMinutes: () => 5,
};

export async function ask(
  path: string,
  init: RequestInit = {},
  given: Ask = {},
) {
  const registered: RegistrationRequest[] = [];
  const refusals: RefusalCode[] = [];
  const { facts = FACTS } = given;
  const handler = site({
    clock: TIME,
    timers: TIME,
    mail: NO_SERVER_MAIL,
    random: systemRandom,
    serving: NOBODY_SERVED,
    sharing: given.sharing ?? NO_SHARING,
    webmail: NO_WEBMAIL,
    backend: {
      echo: NO_ECHO,
      ...(given.overlay ? { overlay: given.overlay } : {}),
      ...(given.downloads ? { downloads: given.downloads } : {}),
      facts: (host) => typeof facts === "function" ? facts(host) : facts,
      register(request) {
        registered.push(request);
        if (given.refusal) return Promise.reject(given.refusal);
        return Promise.resolve({
          address: parseAddress(`ann@${request.domain}`),
          password: "pass",
        });
      },
      invitation: (token) =>
        given.refusal
          ? Promise.reject(given.refusal)
          : Promise.resolve(given.invitations?.[token]),
      countRefusal: (code) => refusals.push(code),
      mtaStsPolicy: (host) => given.policies?.[host],
      pageWait: () => given.wait ?? 0,
      stealth: () => given.stealth ?? NOT_HIDDEN,
    },
  });
  async function visit(path: string, init: RequestInit = {}) {
    const response = await handler(
      new Request(`https://${given.host ?? "relay.example"}${path}`, {
        redirect: "manual",
        ...init,
      }),
      { ...EXCHANGE, ...given.peer },
    );
    return { response, text: await response.text() };
  }
  return { ...await visit(path, init), registered, refusals, visit };
}

export const post = (body?: string, headers: HeadersInit = {}) => ({
  method: "POST",
  headers,
  ...(body === undefined ? {} : { body }),
});

/** Of a form that a page of the site sends without scripts. */
export const FORM = {
  accept: "text/html",
  "content-type": "application/x-www-form-urlencoded",
  "sec-fetch-site": "same-origin",
};
