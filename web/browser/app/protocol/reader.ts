/** Messages as they come: opened, with who has signed them, and what they say. @module */
import PostalMime, {
  addressParser,
  decodeWords,
  type Email,
} from "postal-mime";
import { fingerprintOf, readCertificate } from "./keys.ts";
import type { PrivateKey } from "./openpgp.ts";
import { type KnownSecret, open } from "./seal.ts";
import { readWords } from "./quotes.ts";
import { visibleFileName, visibleName } from "./visible.ts";
import type { Attachment } from "./writer.ts";

export interface KnownKey {
  readonly address: string;
  readonly certificate: string;
  readonly fingerprint: string;
}

export interface Received {
  readonly id: string;
  readonly from: { readonly address: string; readonly name: string };
  readonly to: readonly { readonly address: string; readonly name: string }[];
  /** Who was in its group, and is not any more. */
  readonly past: readonly { readonly address: string }[];
  /** Seconds since 1970 UTC; now, where it is said to be later. */
  readonly at: number;
  /** As it is said, also if that is later than now. */
  readonly datedAt: number;
  readonly text: string;
  /** What it answers, as whoever wrote it saw it. */
  readonly quote?: string;
  /** Somebody else has written it first. */
  readonly isForwarded: boolean;
  readonly attachments: readonly Attachment[];
  /** What an app in a chat has to say, as JSON. */
  readonly appUpdate?: string;
  /** It is of one device for another, or for a map: nothing that people say. */
  readonly isForMachines: boolean;
  /** What another device of the same account has done, as JSON. */
  readonly sync?: string;
  /** Emoji, or "" to take it back; to what In-Reply-To names. */
  readonly reaction?: string;
  /** The message that a report says was not delivered. */
  readonly failed?: string;
  /** Message-IDs that were read. */
  readonly read: readonly string[];
  readonly isEncrypted: boolean;
  /** It was not encrypted to our key, but with this. */
  readonly secret?: KnownSecret;
  /** The key of the sender, where the message is signed with it. */
  readonly signer?: KnownKey;
  /** What the message brings along, signed or not. */
  readonly autocrypt?: KnownKey;
  readonly gossip: readonly KnownKey[];
  /** Of the protected header where there is one. */
  field(name: string): string | undefined;
}

/** More than this is not shown: a browser would stand still over it. */
const MAX_TEXT_LETTERS = 64 * 1024;
const MAX_OCTETS = 40 * 1024 * 1024;
const MAX_PARTS = 50;
/** Lines that may divide parts. */
const MAX_DELIMITERS = 1000;
const MAX_DEPTH = 20;
const MAX_HEADER_OCTETS = 1024 * 1024;
const LF = 10;
const CR = 13;
const DASH = 45;
const ARMOR = /-----BEGIN PGP MESSAGE-----[\s\S]*?-----END PGP MESSAGE-----/;

export interface Reader {
  readonly own: PrivateKey;
  /** What is known of a sender: a message need not bring its key along. */
  keysOf(address: string): readonly KnownKey[];
  /** What messages may be encrypted with. */
  secrets(): readonly KnownSecret[];
}

/** @throws {Error} when it is too large, not for us, or not by who may write with the secret */
export async function readMessage(
  raw: Uint8Array,
  { own, keysOf, secrets }: Reader,
): Promise<Received> {
  if (raw.length > MAX_OCTETS) throw new Error("That is too large");
  const outer = await parse(headerOctets(raw)); // what is in clear below it is shown nowhere
  const armored = isSealed(outer)
    ? ARMOR.exec(new TextDecoder("latin1").decode(raw))?.[0]
    : undefined;
  if (armored === undefined) {
    const whole = isSealed(outer) ? outer : await parse(raw);
    return await describe(whole, outer, false);
  }
  const opened = await open(armored, own, secrets());
  const { secret } = opened;
  const inner = await parse(opened.inner);
  const received = {
    ...await describe(inner, outer, true),
    ...(secret ? { secret } : {}),
  };
  const candidates = [
    ...received.autocrypt ? [received.autocrypt] : [],
    ...keysOf(received.from.address),
  ].filter(({ fingerprint }) =>
    secret?.writer === undefined || fingerprint === secret.writer
  );
  for (const candidate of candidates) {
    if (await opened.isSignedBy(candidate.certificate)) {
      return { ...received, signer: candidate };
    }
  }
  if (secret?.writer !== undefined) throw new Error("Nobody may write that");
  return received;
}

/** Up to the first empty line. */
function headerOctets(raw: Uint8Array): Uint8Array {
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) {
    const next = raw[at + 1] === CR ? at + 2 : at + 1;
    if (raw[next] === LF) return raw.subarray(0, next + 1);
  }
  return raw;
}

/** @throws {Error} when it is no message of a size and depth that people write */
function parse(octets: Uint8Array): Promise<Email> {
  let delimiters = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    if (octets[at + 1] !== DASH || octets[at + 2] !== DASH) continue;
    if (++delimiters > MAX_DELIMITERS) throw new Error("Too many parts");
  }
  return PostalMime.parse(octets, {
    maxNestingDepth: MAX_DEPTH,
    maxHeadersSize: MAX_HEADER_OCTETS,
  });
}

function isSealed(email: Email): boolean {
  return /^multipart\/encrypted\b/i.test(headerOf(email, "content-type") ?? "");
}

async function describe(
  email: Email,
  outer: Email,
  isEncrypted: boolean,
): Promise<Received> {
  const from = email.from ?? outer.from;
  const sent = outer.from?.address?.toLowerCase();
  if (sent !== undefined && from?.address?.toLowerCase() !== sent) {
    throw new Error("Two senders"); // a relay vouches for the outer one alone
  }
  const address = from?.address?.toLowerCase() ?? "";
  const field = (name: string) => headerOf(email, name.toLowerCase());
  const autocrypt = await keyOf(
    field("autocrypt") ?? headerOf(outer, "autocrypt"),
    address,
  );
  const gossip = await Promise.all(
    email.headers.filter(({ key }) => key === "autocrypt-gossip").slice(0, 200)
      .map(({ value }) => keyOf(value)),
  );
  const isReaction = /^reaction\b/i.test(field("content-disposition") ?? "");
  const written = textOf(email);
  const { text, ...words } = readWords(written);
  const appUpdate = appUpdateOf(email, field("content-type") ?? "");
  const attachments = isReaction || appUpdate !== undefined
    ? []
    : filesOf(email);
  const now = Math.floor(Date.now() / 1000);
  const datedAt = secondsOf(email.date ?? outer.date) ?? now;
  return {
    id: idOf(email.messageId ?? outer.messageId ?? ""),
    from: { address, name: visibleName(from?.name ?? "") },
    to: (email.to ?? []).flatMap(({ address, name }) =>
      address ? [{ address: address.toLowerCase(), name }] : []
    ),
    past: pastIn(email),
    at: Math.min(datedAt, now),
    datedAt,
    text: isReaction ? "" : text,
    ...words,
    attachments,
    ...(appUpdate === undefined ? {} : { appUpdate }),
    isForMachines: isForMachines(email, field, text),
    ...syncIn(email),
    ...(isReaction ? { reaction: written.trim().split(/\s/)[0] ?? "" } : {}),
    ...failedIn(email, field("content-type") ?? ""),
    read: receiptsOf(email),
    isEncrypted,
    ...(autocrypt ? { autocrypt } : {}),
    gossip: gossip.filter((key) => key !== undefined),
    field,
  };
}

/** As it is written: a name may have a comma in its words. */
function pastIn(email: Email): { readonly address: string }[] {
  const value =
    email.headers.find(({ key }) => key === "chat-group-past-members")?.value ??
      "";
  if (value.length > MAX_TEXT_LETTERS) return [];
  return addressParser(value, { flatten: true }).flatMap(({ address }) =>
    address ? [{ address: address.toLowerCase() }] : []
  );
}

const EMPTY_WORD = /=\?[\w-]{1,40}\?[BQ]\?\?=/gi;

function headerOf(email: Email, name: string): string | undefined {
  const value = email.headers.find(({ key }) => key === name)?.value;
  const isEncoded = value !== undefined && value.includes("=?") &&
    value.length < MAX_TEXT_LETTERS;
  return isEncoded ? decodeWords(value.replace(EMPTY_WORD, "")) : value;
}

function idOf(text: string): string {
  return text.trim().replace(/^<|>$/g, "").slice(0, 300);
}

export function idsOf(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/<([^<>\s]{1,300})>/g)].map(([, id]) => id!);
}

function secondsOf(date: string | undefined): number | undefined {
  const at = Math.floor(Date.parse(date ?? "") / 1000);
  return Number.isFinite(at) ? at : undefined;
}

function textOf(email: Email): string {
  const reaction = email.attachments.find(({ mimeType, disposition }) =>
    mimeType === "text/plain" && disposition !== "attachment" &&
    disposition !== "inline"
  );
  const text = email.text ??
    (reaction ? new TextDecoder().decode(octetsOf(reaction.content)) : "");
  // what Delta Chat puts below "-- " is the status of who writes
  return text.slice(0, MAX_TEXT_LETTERS).replace(/\r\n/g, "\n")
    .replace(/(?:^|\n)-- \n[\s\S]*$/, "").trimEnd();
}

const NO_FILES = [
  "application/pgp-encrypted",
  "application/vnd.google-earth.kml+xml", // where they are, beside their words
  "message/disposition-notification",
];
const MAX_UPDATE_OCTETS = 256 * 1024;
/** A picture of oneself may be in it. */
const MAX_SYNC_OCTETS = 1024 * 1024;

function appUpdateOf(email: Email, type: string): string | undefined {
  if (!/\breport-type="?status-update\b/i.test(type)) return undefined;
  const part = email.attachments.find(({ mimeType }) =>
    mimeType === "application/json"
  );
  const octets = part && octetsOf(part.content);
  if (!octets || octets.length > MAX_UPDATE_OCTETS) return "";
  return new TextDecoder().decode(octets);
}

const SYNC_FILE = "multi-device-sync.json";

function syncIn(email: Email): Pick<Received, "sync"> {
  const part = email.attachments.find(({ filename }) => filename === SYNC_FILE);
  const octets = part && octetsOf(part.content);
  if (!octets || octets.length > MAX_SYNC_OCTETS) return {};
  return { sync: new TextDecoder().decode(octets) };
}

function isForMachines(
  email: Email,
  field: (name: string) => string | undefined,
  text: string,
): boolean {
  const isSync = email.attachments.some(({ filename }) =>
    filename === SYNC_FILE
  );
  const isPlace = email.attachments.some(({ filename }) =>
    filename === "location.kml"
  );
  return isSync || (isPlace && text === "") ||
    field("autocrypt-setup-message") !== undefined ||
    field("iroh-node-addr") !== undefined;
}

function filesOf(email: Email): Attachment[] {
  return email.attachments.filter(({ mimeType, disposition }) =>
    !NO_FILES.includes(mimeType) &&
    (disposition === "attachment" || disposition === "inline")
  ).slice(0, MAX_PARTS).map(({ filename, mimeType, content }) => ({
    name: visibleFileName(filename ?? ""),
    type: mimeType,
    octets: octetsOf(content),
  }));
}

function receiptsOf(email: Email): string[] {
  const part = email.attachments.find(({ mimeType }) =>
    mimeType === "message/disposition-notification"
  );
  if (!part) return [];
  const report = new TextDecoder().decode(octetsOf(part.content));
  return ["original-message-id", "additional-message-ids"].flatMap((name) => {
    const line = new RegExp(`^${name}:(.{0,8000})$`, "im").exec(report);
    return idsOf(line?.[1]);
  });
}

/** RFC 3464: the header of the message comes along. */
function failedIn(email: Email, type: string): Pick<Received, "failed"> {
  if (!/\breport-type="?delivery-status\b/i.test(type)) return {};
  const part = email.attachments.find(({ mimeType }) =>
    mimeType === "text/rfc822-headers" || mimeType === "message/rfc822"
  );
  const status = email.attachments.find(({ mimeType }) =>
    mimeType === "message/delivery-status"
  );
  if (!part || !status || !/^action:\s*failed/im.test(textOfPart(status))) {
    return {};
  }
  const id = /^message-id:(.{0,400})$/im.exec(textOfPart(part))?.[1];
  const [failed] = idsOf(id);
  return failed === undefined ? {} : { failed };
}

function textOfPart({ content }: Email["attachments"][number]): string {
  const octets = octetsOf(content).subarray(0, MAX_TEXT_LETTERS);
  return new TextDecoder().decode(octets);
}

function octetsOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

/** Autocrypt 1.1 §2: attributes with `;`; undefined when there is no key that can be used. */
async function keyOf(
  value: string | undefined,
  sender?: string,
): Promise<KnownKey | undefined> {
  if (value === undefined) return undefined;
  const attribute = (name: string) =>
    new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*([^;]*)`, "i").exec(value)?.[1]
      ?.trim();
  const address = attribute("addr")?.toLowerCase();
  const certificate = attribute("keydata")?.replace(/\s+/g, "");
  if (!address || !certificate) return undefined;
  if (sender !== undefined && address !== sender) return undefined;
  try {
    const fingerprint = fingerprintOf(await readCertificate(certificate));
    return { address, certificate, fingerprint };
  } catch {
    return undefined; // no key
  }
}
