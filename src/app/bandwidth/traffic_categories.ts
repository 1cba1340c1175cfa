/** What the octets of each protocol count as. @module */
import type { TrafficCategory } from "../../observe/traffic.ts";
import type { OwnProtocol } from "../service_listeners.ts";

export const CATEGORIES: Readonly<Record<OwnProtocol, TrafficCategory>> = {
  mx: "mail_smtp_in",
  submission: "submission",
  imap: "mail_imap",
  http: "http",
  shadowsocks: "proxy",
};
