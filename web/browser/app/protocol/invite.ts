/**
 * Invitations (https://securejoin.delta.chat): a link or QR code by which two
 * people learn each other's keys, with nobody in between.
 *
 * @module
 */
import { visibleName } from "./visible.ts";

export interface Invite {
  readonly kind: "contact" | "group" | "channel";
  /** Of the one who invites. */
  readonly fingerprint: string;
  readonly address: string;
  /** Where they can be reached, too. */
  readonly otherAddresses?: readonly string[];
  readonly name: string;
  /** Absent: the key cannot be asked for in clear. */
  readonly inviteNumber?: string;
  readonly auth: string;
  /** The key can be asked for with the secret of the invitation. */
  readonly isPrivate?: boolean;
  readonly groupId?: string;
  readonly groupName?: string;
}

const PREFIXES = ["https://i.delta.chat/#", "https://i.delta.chat#"];
const SCHEME = /^openpgp4fpr:/i;
const FINGERPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/;
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
const ADDRESS = /^[^\s@<>",;:]{1,64}@[^\s@<>",;]{1,255}$/;
const MAX_LETTERS = 2000;
const MAX_OTHERS = 8;

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
  const [first = "", ...more] = `${field("a")},${field("r")}`.split(",")
    .map((one) => one.trim().toLowerCase());
  const others = more.filter((one) => ADDRESS.test(one)).slice(0, MAX_OTHERS);
  const inviteNumber = field("i") || field("j");
  const auth = field("s");
  if (
    !FINGERPRINT.test(fingerprint) || !ADDRESS.test(first) ||
    (inviteNumber !== "" && !TOKEN.test(inviteNumber)) || !TOKEN.test(auth)
  ) return undefined;
  const invite = {
    fingerprint,
    address: first,
    ...(others.length > 0 ? { otherAddresses: others } : {}),
    name: visibleName(field("n")),
    ...(inviteNumber === "" ? {} : { inviteNumber }),
    auth,
    isPrivate: inviteNumber === "" || field("v") === "3",
  };
  const groupId = field("x");
  const isChannel = fields.has("b");
  if (groupId === "") {
    return isChannel ? undefined : { kind: "contact", ...invite };
  }
  if (!TOKEN.test(groupId)) return undefined;
  return {
    kind: isChannel ? "channel" : "group",
    ...invite,
    groupId,
    groupName: visibleName(field(isChannel ? "b" : "g"), 200),
  };
}

function afterPrefix(text: string): string | undefined {
  if (SCHEME.test(text)) return text.replace(SCHEME, "");
  const prefix = PREFIXES.find((one) => text.startsWith(one));
  return prefix === undefined ? undefined : text.slice(prefix.length);
}

/**
 * Newer cores ask for the key with the secret (`v=3`), older ones in clear with
 * the number.
 */
export function inviteLink(
  invite: Invite & { readonly inviteNumber: string },
): string {
  const fields: [string, string][] = [["v", "3"]];
  if (invite.groupId !== undefined) fields.push(["x", invite.groupId]);
  const isChannel = invite.kind === "channel";
  fields.push([isChannel ? "j" : "i", invite.inviteNumber]);
  fields.push(["s", invite.auth]);
  fields.push(["a", invite.address], ["n", invite.name]);
  if (invite.groupName !== undefined) {
    fields.push([isChannel ? "b" : "g", invite.groupName]);
  }
  const query = fields.map(([name, value]) =>
    `${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`
  ).join("&");
  return `${PREFIXES[0]}${invite.fingerprint}&${query}`;
}
