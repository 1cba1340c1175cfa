/** Where mail over HTTP is, for clients that know only the address of an account. @module */
import type { WebmailOptions } from "./backend.ts";

export const DISCOVERY_PATH = "/.well-known/webimap.json";

export interface WebmailPlaces {
  /** Requests are below it: `{url}/mailboxes`. */
  readonly webimap?: string;
  readonly websocket?: string;
  readonly websmtp?: string;
}

/** undefined while there is none. @param publicUrl `https://host[:port]` */
export function discovery(
  { webimap, websmtp }: Pick<WebmailOptions, "webimap" | "websmtp">,
  publicUrl: string,
): WebmailPlaces | undefined {
  if (!webimap && !websmtp) return undefined;
  return {
    ...(webimap && {
      webimap: `${publicUrl}/webimap`,
      websocket: `${publicUrl.replace(/^http/, "ws")}/webimap/ws`,
    }),
    ...(websmtp && { websmtp: `${publicUrl}/websmtp` }),
  };
}
