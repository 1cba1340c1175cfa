/**
 * One record that an operator publishes, and the forms in which providers take
 * it: a line of a zone file (RFC 1035 §5.1), the fields of a web form.
 *
 * @module
 */

export type PublishedType =
  | "A"
  | "AAAA"
  | "MX"
  | "TXT"
  | "CNAME"
  | "SRV"
  | "CAA"
  | "PTR";

/** Without a required one mail is lost; a recommended one keeps others from writing in our name. */
export type Need = "required" | "recommended" | "optional";

export interface PublishedRecord {
  /** Domain of ours that it is for. */
  readonly domain: string;
  /** Whole, without a dot at its end. */
  readonly name: string;
  readonly type: PublishedType;
  /** As a zone file has it, host names with a dot at their end; a text without quotes. Empty: not known here. */
  readonly value: string;
  readonly need: Need;
  /** What it is for, in a few words. */
  readonly purpose: string;
}

const TTL_SECONDS = 3600;

/** One line, its names whole; what is not known here makes it a comment. */
export function zoneLine({ name, type, value }: PublishedRecord): string {
  const start = `${name}. ${TTL_SECONDS} IN ${type}`;
  if (value === "") return `; ${start} (the public address of this server)`;
  return `${start} ${type === "TXT" ? quotedStrings(value) : value}`;
}

/** Strings of at most 255 octets (RFC 1035 §3.3); a record means all of them joined. */
function quotedStrings(text: string): string {
  const strings = text.match(/.{1,255}/g) ?? [""];
  return strings.map((one) => `"${one.replace(/["\\]/g, "\\$&")}"`).join(" ");
}

export interface WebForm {
  readonly type: PublishedType;
  /** Below the domain; "@" is the domain itself. Whole where it is elsewhere. */
  readonly host: string;
  /** One line, without quotes and without dots at the end of names. */
  readonly value: string;
}

export function webForm(record: PublishedRecord): WebForm {
  const { domain, name, type, value } = record;
  const isText = type === "TXT" || type === "CAA";
  return {
    type,
    host: name === domain
      ? "@"
      : name.endsWith(`.${domain}`)
      ? name.slice(0, -domain.length - 1)
      : name,
    value: isText ? value : value.replace(/\.$/, ""),
  };
}
