/**
 * Invite links of Delta Chat, as its users copy them: read strictly and written
 * anew, so that a link of ours holds nothing that was not understood.
 *
 * `https://i.delta.chat/#FINGERPRINT&v=3&i=…&s=…&a=ADDRESS&n=NAME`, or
 * `OPENPGP4FPR:FINGERPRINT#a=ADDRESS&…`; of a group with `x` and `g` (its
 * name), of a channel with `x`, `j` and `b` (its name).
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import { parseAddress } from "../mail/address.ts";
import { cleanName } from "./name.ts";

export const INVITE_KINDS = ["contact", "group", "channel"] as const;
export type InviteKind = (typeof INVITE_KINDS)[number];

export interface Invite {
  readonly kind: InviteKind;
  /** `openpgp4fpr:FINGERPRINT#…`, which apps open. */
  readonly url: string;
  /** Of the person, group or channel, as the link has it; may be empty. */
  readonly name: string;
}

const MAX_INVITE_CHARACTERS = 2000;
const WEB_FORM = "https://i.delta.chat/#";
const APP_FORM = "openpgp4fpr:";
const FINGERPRINT = /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;
/** What may stand in a parameter without meaning anything to HTML or an URL. */
const VALUE = /^[\w.~%+@:,*!'()[\]/=-]*$/;
const CODE = /^[\w-]{1,100}$/;
const MAX_RELAYS = 10;

/** How each parameter has to look; there are no others. */
const PARAMETERS: Readonly<Record<string, (value: string) => boolean>> = {
  v: (value) => /^\d{1,3}$/.test(value),
  a: isAddress,
  n: isText,
  i: (value) => CODE.test(value),
  s: (value) => CODE.test(value),
  j: (value) => CODE.test(value),
  x: (value) => CODE.test(value),
  g: isText,
  b: isText,
  r: (value) => {
    const relays = value.split(",");
    return relays.length <= MAX_RELAYS && relays.every(isAddress);
  },
};

/** @throws {Refusal} `invalid_invite` */
export function parseInvite(text: string): Invite {
  const written = text.trim();
  if (written.length > MAX_INVITE_CHARACTERS) throw invalid();
  const [fingerprint = "", ...fields] = partsOf(written);
  if (!FINGERPRINT.test(fingerprint)) throw invalid();
  const values = new Map<string, string>();
  for (const field of fields) {
    const equals = field.indexOf("=");
    const name = field.slice(0, equals);
    const value = field.slice(equals + 1);
    const isRight = Object.hasOwn(PARAMETERS, name)
      ? PARAMETERS[name]
      : undefined;
    const isKnown = equals > 0 && !values.has(name) && VALUE.test(value) &&
      isRight?.(value);
    if (!isKnown) throw invalid();
    values.set(name, value);
  }
  const isUsable = values.has("a") && values.has("s") &&
    (values.has("i") || values.has("j"));
  if (!isUsable) throw invalid();
  const kind = kindOf(values);
  const query = [...values].map(([name, value]) => `${name}=${value}`);
  return {
    kind,
    url: `${APP_FORM}${fingerprint.toUpperCase()}#${query.join("&")}`,
    name: nameIn(values, kind),
  };
}

/** The form that works without the app, too. */
export function webForm(url: string): string {
  return WEB_FORM + url.slice(APP_FORM.length).replace("#", "&");
}

/** Fingerprint and parameters of either form; nothing of any other text. */
function partsOf(text: string): readonly string[] {
  const app = /^openpgp4fpr:([^#]*)#(.*)$/i.exec(text);
  if (app) return [app[1]!, ...app[2]!.split("&")];
  const web = /^https:\/\/i\.delta\.chat\/?#(.*)$/i.exec(text);
  return web ? web[1]!.split("&") : [];
}

function kindOf(values: ReadonlyMap<string, string>): InviteKind {
  if (values.has("b")) return "channel";
  return values.has("g") ? "group" : "contact";
}

function nameIn(
  values: ReadonlyMap<string, string>,
  kind: InviteKind,
): string {
  const field = { contact: "n", group: "g", channel: "b" }[kind];
  return cleanName(decoded(values.get(field) ?? "") ?? "");
}

function isAddress(value: string): boolean {
  const text = decoded(value);
  if (text === undefined) return false;
  try {
    parseAddress(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isText(value: string): boolean {
  const text = decoded(value);
  return text !== undefined && !/\p{Cc}/u.test(text);
}

/** `+` is a space, as in forms; undefined if the escapes are no UTF-8. */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

function invalid(): Refusal {
  return new Refusal("invalid_invite");
}
