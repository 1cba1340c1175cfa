/** What this server is called, and where it keeps its state. @module */
import { choice, list, optional, path, text } from "../../kinds.ts";
import {
  domainAliases,
  hostName,
  ipAddress,
  ownDomain,
} from "../../network_kinds.ts";
import { atStart, key, type Keys, required } from "../key.ts";

export const SERVER = {
  "server.domain": required(
    ownDomain,
    "chat.example",
    "Domain of the accounts",
  ),
  "server.domains": atStart(
    list(ownDomain),
    [],
    "Further domains; each has accounts of its own",
  ),
  "server.domain_aliases": atStart(
    domainAliases,
    {},
    'Other names of a domain, as { "[192.0.2.1]" = "chat.example" }',
  ),
  "server.hostname": atStart(
    optional(hostName),
    undefined,
    "What clients connect to and what SMTP greets with; empty: the domain without brackets",
  ),
  "server.public_ip": key(
    list(ipAddress, { max: 8 }),
    [],
    "Public addresses of this server, for the records that are to be published; empty: those of its network interfaces",
  ),
  "server.state_dir": atStart(
    path,
    "/var/lib/postern",
    "Directory of the database and of everything generated",
  ),
  "server.runtime_dir": atStart(
    path,
    "",
    "Directory of the control socket; empty: the state directory",
  ),
  "server.recipient_delimiter": atStart(
    choice("", "+", "-", ".", "_"),
    "+",
    "ann+anything@ is delivered to ann@; empty: it is not",
  ),
  "server.comment": key(
    text,
    "",
    "Free text that clients may show (RFC 5464 §6.2.1)",
  ),
  "server.admin_contact": key(
    text,
    "",
    "URI of the operator, as mailto:admin@chat.example (RFC 5464 §6.2.1); an account here gets the mail to postmaster and abuse",
  ),
  "server.app_versions": key(
    path,
    "",
    "Versions of the apps for clients to tell of (JSON), with its signature beside it in FILE.sig, by a key of upgrade.keys or of this program; empty: none are told",
  ),
} as const satisfies Keys<"server">;
