/** Kinds of values of what HTTP shows to whom, and where. @module */
import {
  choice,
  flag,
  type Kind,
  list,
  quote,
  textual,
  wrongType,
} from "./kinds.ts";

/** `minimal`: nothing is there; `decoy`: an ordinary site is. */
export const STEALTH_MODES = ["off", "minimal", "decoy"] as const;
export type StealthMode = (typeof STEALTH_MODES)[number];
export const stealthMode: Kind<StealthMode> = choice(...STEALTH_MODES);

/** Of visitors who ask for no language that there is. */
export const siteLanguage: Kind<"auto" | "en" | "fa" | "ru" | "es"> = choice(
  "auto",
  "en",
  "fa",
  "ru",
  "es",
);

/** Whether pages that are asked for in clear are led to HTTPS. */
export type Redirecting = "auto" | boolean;

/** `auto`, `true` or `false`; in TOML with or without quotes. */
export const redirecting: Kind<Redirecting> = {
  name: "auto, true or false",
  parse: (text) => text.trim() === "auto" ? "auto" : flag.parse(text),
  format: String,
  fromToml(value) {
    if (typeof value === "boolean") return value;
    if (typeof value === "string") return redirecting.parse(value);
    throw wrongType('"auto", true or false', value);
  },
  toToml: (value) => value === "auto" ? '"auto"' : String(value),
};

/** What a request under another name than ours gets; the status is a number for people. */
export type UnknownHost = "serve" | "421" | "close";

export const unknownHost: Kind<UnknownHost> = {
  ...choice("serve", "421", "close"),
  fromToml: (value) => unknownHost.parse(value === 421 ? "421" : asText(value)),
};

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  throw wrongType('"serve", "421" or "close"', value);
}

/** What can stand in a field of an answer (RFC 9110 §5.5), or nothing. */
export const fieldValue: Kind<string> = textual("line of ASCII", (text) => {
  const value = text.trim();
  if (/^[ -~]*$/.test(value)) return value;
  throw new SyntaxError("must be one line of printable ASCII");
});

/** What may be the ending of a short link. */
export const slugWord: Kind<string> = textual("ending of a link", (text) => {
  const word = text.trim();
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(word)) return word;
  throw new SyntaxError(
    "must be up to 40 letters, digits, - or _, and begin with a letter or digit",
  );
});

const KEY = /^[A-Za-z0-9_-]{8,128}$/;

/** Part of a link; empty: there is none. Too short a one could be guessed. */
export const gateKey: Kind<string> = {
  ...textual("key of 8 to 128 letters and digits", (text) => {
    const key = text.trim();
    if (key === "" || KEY.test(key)) return key;
    throw new SyntaxError("must be 8 to 128 letters, digits, - or _");
  }),
  secret: true,
};

const MAX_URL_CHARACTERS = 512;

/** `https://host[:port]` or `http://host[:port]` as it was written, or nothing. */
export const relayUrl: Kind<string> = textual(
  "http or https URL, or empty",
  (text) => {
    const given = text.trim();
    if (given === "") return given;
    const url = given.length > MAX_URL_CHARACTERS ? null : URL.parse(given);
    const isPlain = url !== null && /^https?:\/\//.test(given) &&
      url.username === "" && url.password === "" && /^[!-~]+$/.test(given);
    if (isPlain) return given;
    throw new SyntaxError(
      `must be an http or https URL (got ${quote(given)})`,
    );
  },
);

const PART = /^(?!\.)[A-Za-z0-9._~-]{1,64}$/;
const MAX_PARTS = 4;
/** Below which the site has paths of its own. */
const TAKEN: ReadonlySet<string> = new Set([
  "account",
  "app",
  "assets",
  "autoconfig",
  "cgi-bin",
  "deploy",
  "docs",
  "doctor",
  "exchanger",
  "favicon.ico",
  "generate_204",
  "healthz",
  "index.html",
  "info",
  "inv",
  "logo.svg",
  "mail",
  "main.css",
  "main.js",
  "metrics",
  "mxdeliv",
  "new",
  "new_email",
  "ping",
  "privacy",
  "pull",
  "qr",
  "relay",
  "release.json",
  "robots.txt",
  "security",
  "share",
  "static",
  "translations.js",
  "webimap",
  "webmail",
  "websmtp",
]);

/** `/api/admin`: with a slash before, and none behind. */
export const adminPath: Kind<string> = textual(
  "path of 1 to 4 parts",
  (text) => {
    const path = text.trim().replace(/\/$/, "");
    const parts = path.replace(/^\//, "").slice(0, 300).split("/");
    if (parts.length <= MAX_PARTS && parts.every((part) => PART.test(part))) {
      return `/${parts.join("/")}`;
    }
    throw new SyntaxError(
      `must be a path such as /api/admin, of 1 to 4 parts (got ${quote(text)})`,
    );
  },
);

/** Whether the web site has a path that begins so. */
export function isTaken(path: string): boolean {
  const [, first = ""] = path.split("/");
  return TAKEN.has(first);
}

/** Why API and panel cannot both be there; undefined if they can. */
export function adminPathsProblem(
  api: string,
  web: string,
): string | undefined {
  for (const path of [api, web]) {
    if (isTaken(path)) return `${path} is a path of the web site`;
  }
  // the panel leaves what is below it to the API, but not the other way round
  return `${web}/`.startsWith(`${api}/`)
    ? `the panel cannot be at or below ${api}, where the API is`
    : undefined;
}

const SHORTEST_TOKEN = 32;

/** Empty: one of its own, in a file. */
export const adminToken: Kind<string> = {
  ...textual("token of 32 characters or more, disabled, or empty", (text) => {
    const token = text.trim();
    if (token === "" || token === "disabled") return token;
    if (token.length >= SHORTEST_TOKEN && /^[!-~]{1,512}$/.test(token)) {
      return token;
    }
    throw new SyntaxError("must be 32 to 512 characters without spaces");
  }),
  secret: true,
};

const MAX_ORIGIN = 300;

/** What browsers say in Origin: `https://host[:port]`. */
export const webOrigin: Kind<string> = textual("origin", (text) => {
  const given = text.trim();
  const url = given.length > MAX_ORIGIN ? null : URL.parse(given);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && /^https?:\/\/[^/?#@\\]+\/?$/i.test(given)) {
    return url.origin;
  }
  throw new SyntaxError(
    `must be an origin such as https://panel.example (got ${quote(given)})`,
  );
});

/** Of any page. */
export const ANY_ORIGIN = "*";

const ORIGINS = list(
  textual(
    "origin, or *",
    (text) => text.trim() === ANY_ORIGIN ? ANY_ORIGIN : webOrigin.parse(text),
  ),
  { max: 50 },
);

/** Several; as text, also one a line. */
export const webOrigins: Kind<readonly string[]> = {
  ...ORIGINS,
  parse: (text) => ORIGINS.parse(text.replaceAll(/\r?\n/g, ",")),
};
