/**
 * Invitations (https://securejoin.delta.chat): a link or QR code by which two
 * people learn each other's keys, with nobody in between.
 *
 * @module
 */

export interface Invite {
  readonly kind: "contact" | "group";
  /** Of the one who invites. */
  readonly fingerprint: string;
  readonly address: string;
  readonly name: string;
  readonly inviteNumber: string;
  readonly auth: string;
  readonly groupId?: string;
  readonly groupName?: string;
}

const PREFIXES = ["https://i.delta.chat/#", "https://i.delta.chat#"];
const SCHEME = /^openpgp4fpr:/i;
const FINGERPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/;
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
const ADDRESS = /^[^\s@<>",;:]{1,64}@[^\s@<>",;]{1,255}$/;
const MAX_LETTERS = 2000;

/** undefined when it is none, or one of a kind that is not understood. */
export function parseInvite(text: string): Invite | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LETTERS) return undefined;
  const rest = afterPrefix(trimmed);
  if (rest === undefined) return undefined;
  const separator = rest.search(/[#&]/);
  if (separator < 0) return undefined;
  const fingerprint = rest.slice(0, separator).toUpperCase();
  const fields = new URLSearchParams(rest.slice(separator + 1));
  const field = (name: string) => fields.get(name) ?? "";
  const address = field("a").split(",")[0]!.toLowerCase();
  const [inviteNumber, auth] = [field("i"), field("s")];
  if (
    !FINGERPRINT.test(fingerprint) || !ADDRESS.test(address) ||
    !TOKEN.test(inviteNumber) || !TOKEN.test(auth) || fields.has("b")
  ) return undefined;
  const invite = {
    fingerprint,
    address,
    name: field("n").slice(0, 100),
    inviteNumber,
    auth,
  };
  const groupId = field("x");
  if (groupId === "") return { kind: "contact", ...invite };
  if (!TOKEN.test(groupId)) return undefined;
  return {
    kind: "group",
    ...invite,
    groupId,
    groupName: field("g").slice(0, 200),
  };
}

function afterPrefix(text: string): string | undefined {
  if (SCHEME.test(text)) return text.replace(SCHEME, "");
  const prefix = PREFIXES.find((one) => text.startsWith(one));
  return prefix === undefined ? undefined : text.slice(prefix.length);
}

/** Without `v=3`: whoever scans it asks for the key in clear, which needs no symmetric encryption here. */
export function inviteLink(invite: Invite): string {
  const fields: [string, string][] = [];
  if (invite.groupId !== undefined) fields.push(["x", invite.groupId]);
  fields.push(["i", invite.inviteNumber], ["s", invite.auth]);
  fields.push(["a", invite.address], ["n", invite.name]);
  if (invite.groupName !== undefined) fields.push(["g", invite.groupName]);
  const query = fields.map(([name, value]) =>
    `${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`
  ).join("&");
  return `${PREFIXES[0]}${invite.fingerprint}&${query}`;
}
