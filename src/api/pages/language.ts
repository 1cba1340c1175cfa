/**
 * In which language a visitor reads: as the link says, else as was chosen
 * before, else as the browser asks (RFC 9110 §12.5.4), else that of the server.
 *
 * @module
 */
import {
  DEFAULT_LANGUAGE,
  isLanguage,
  type Language,
} from "../../../web/i18n/languages.ts";

const COOKIE = "lang";
const COOKIE_SECONDS = 365 * 86_400;
/** Of what a browser asks for; more are not looked at. */
const MOST_RANGES = 20;

/** `auto`: whatever a visitor asks for, else English. */
export type ServerLanguage = Language | "auto";

export function languageOf(
  { url, headers }: Request,
  server: ServerLanguage,
): Language {
  return chosenBy(new URL(url)) ??
    keptBy(headers.get("cookie")) ??
    askedBy(headers.get("accept-language")) ??
    (server === "auto" ? DEFAULT_LANGUAGE : server);
}

/** The cookie that keeps what a link has chosen; undefined if it chose nothing. */
export function languageCookie(
  url: URL,
  secure: boolean,
): string | undefined {
  const language = chosenBy(url);
  if (language === undefined) return undefined;
  const cookie = `${COOKIE}=${language}; Path=/; Max-Age=${COOKIE_SECONDS}; ` +
    "SameSite=Lax";
  return secure ? `${cookie}; Secure` : cookie;
}

function chosenBy({ searchParams }: URL): Language | undefined {
  const language = searchParams.get("lang") ?? undefined;
  return isLanguage(language) ? language : undefined;
}

function keptBy(cookies: string | null): Language | undefined {
  for (const pair of (cookies ?? "").split(";")) {
    const [name = "", value] = pair.trim().split("=", 2);
    if (name === COOKIE && isLanguage(value)) return value;
  }
  return undefined;
}

function askedBy(accepted: string | null): Language | undefined {
  let best: Language | undefined;
  let bestWeight = 0;
  for (const range of (accepted ?? "").split(",", MOST_RANGES)) {
    const [tag = "", ...parameters] = range.split(";");
    const [language] = tag.trim().toLowerCase().split("-", 1);
    const weight = weightOf(parameters);
    if (isLanguage(language) && weight > bestWeight) {
      best = language;
      bestWeight = weight;
    }
  }
  return best;
}

function weightOf(parameters: readonly string[]): number {
  const written = parameters.map((one) => one.trim())
    .find((one) => /^q=/i.test(one));
  if (written === undefined) return 1;
  const weight = Number(written.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
