/** The `ss://` link that brings a client everything at once (SIP002). @module */
import { type MethodName, METHODS } from "./methods.ts";
import { clientPassword } from "./shared_key.ts";

export interface Access {
  readonly method: MethodName;
  /** As the server has it. */
  readonly password: string;
}

export interface ShareLink extends Access {
  /** DNS name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the client calls it. */
  readonly name: string;
}

/** undefined if the password is none for the cipher. */
export function shareLink(
  { method, password, host, port, name }: ShareLink,
): string | undefined {
  const shown = clientPassword(method, password);
  if (shown === undefined) return undefined;
  // keys of 2022 are Base64 already, and are only escaped (SIP002)
  const user = METHODS[method].edition === "2022"
    ? `${method}:${encodeURIComponent(shown)}`
    : base64url(`${method}:${shown}`);
  const at = host.includes(":") ? `[${host}]` : host;
  return `ss://${user}@${at}:${port}#${encodeURIComponent(name)}`;
}

function base64url(text: string): string {
  const octets = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...octets))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
