/** Somebody's card, as apps hand it on: address, name, and key (RFC 6350). @module */
import { fingerprintOf, readCertificate } from "./keys.ts";
import type { KnownKey } from "./reader.ts";
import { visibleName } from "./visible.ts";

export interface Card {
  readonly name: string;
  readonly address: string;
  /** Absent: nobody can write to them yet. */
  readonly key?: KnownKey;
}

const MAX_OCTETS = 256 * 1024;
const ADDRESS = /^[^\s@<>",;:]{1,64}@[^\s@<>",;]{1,255}$/;
const KEY = /^data:application\/pgp-keys;base64\\?,([A-Za-z0-9+/=]+)$/i;

/** The first person of it. */
export async function readCard(octets: Uint8Array): Promise<Card | undefined> {
  if (octets.length > MAX_OCTETS) return undefined;
  const text = new TextDecoder().decode(octets);
  if (!/^BEGIN:VCARD\r?$/im.test(text)) return undefined;
  const [first = ""] = text.split(/^END:VCARD/im);
  const lines = first.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  const value = (name: string) => {
    const line = lines.find((one) => new RegExp(`^${name}[:;]`, "i").test(one));
    return line?.slice(line.indexOf(":") + 1).trim() ?? "";
  };
  const address = value("EMAIL").toLowerCase();
  if (!ADDRESS.test(address)) return undefined;
  const name = visibleName(value("FN").replace(/\\([\\,;])/g, "$1")) || address;
  const certificate = KEY.exec(value("KEY"))?.[1];
  if (!certificate) return { name, address };
  try {
    const fingerprint = fingerprintOf(await readCertificate(certificate));
    return { name, address, key: { address, certificate, fingerprint } };
  } catch {
    return { name, address };
  }
}
