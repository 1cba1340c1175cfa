/** Mail that others carry between relays. @module */
import { choice, flag, list } from "../../kinds.ts";
import { domainPattern, network } from "../../network_kinds.ts";
import { key, type Keys } from "../key.ts";

export const EXCHANGER = {
  "exchanger.relay": key(
    choice("off", "selected", "all"),
    "off",
    "Pass on mail for other servers that exchangers bring: none, to the domains of exchangers and of relay_recipients, or to all",
  ),
  "exchanger.relay_recipients": key(
    list(domainPattern, { max: 1000 }),
    [],
    "Domains to which mail is passed on, as example.org, *.example.org or *",
  ),
  "exchanger.relay_senders": key(
    list(domainPattern, { max: 1000 }),
    [],
    "Domains from which mail is passed on; empty: all",
  ),
  "exchanger.relay_from": key(
    list(network, { max: 1000 }),
    [],
    "Networks from which mail is passed on without a token, as 192.0.2.0/24",
  ),
  "exchanger.legacy_paths": key(
    flag,
    false,
    "Answer /pull and /pull/ack as well, as older exchangers ask",
  ),
} as const satisfies Keys<"exchanger">;
