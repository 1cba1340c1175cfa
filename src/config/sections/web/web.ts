/** What the pages show, to whom, and in what language. @module */
import { flag, integer, optional, path, text } from "../../kinds.ts";
import { hostName } from "../../network_kinds.ts";
import {
  fieldValue,
  gateKey,
  siteLanguage,
  stealthMode,
} from "../../web_kinds.ts";
import { key, type Keys } from "../key.ts";

export const WEB = {
  "web.enabled": key(
    flag,
    true,
    "There are web pages for people; false: only what programs ask for, and the page of an invitation that holds",
  ),
  "web.stealth": key(
    stealthMode,
    "off",
    "off: the site is there for all; minimal: strangers find nothing; decoy: they find an ordinary site",
  ),
  "web.decoy_dir": key(
    path,
    "",
    "Files of the ordinary site, with index.html and, if it is there, 404.html; empty: one page as of a new server",
  ),
  "web.gate_key": key(
    gateKey,
    "",
    "While it hides, the site is there for 30 days for who comes by /?k= and this; empty: for nobody",
  ),
  "web.language": key(
    siteLanguage,
    "auto",
    "Language of pages for visitors whose browsers ask for none that there is; auto: English",
  ),
  "web.client_host": key(
    optional(hostName),
    undefined,
    "What links that carry an account name for IMAP and SMTP; empty: the host name that the certificate covers",
  ),
  "web.show_version": key(
    flag,
    false,
    "Pages say which version of the program this is",
  ),
  "web.www_dir": key(
    path,
    "",
    "The operator's own pages and files, each in place of the built-in one; empty: there are none",
  ),
  "web.override_fallback": key(
    flag,
    true,
    "A page of one's own that cannot be rendered is the built-in one; false: visitors see an error",
  ),
  "web.custom_csp": key(
    fieldValue,
    "",
    "Content-Security-Policy of one's own pages; empty: as built-in pages, but with code between the lines and pictures from elsewhere",
  ),
  "web.pages_per_second": key(
    integer(0, 1_000_000),
    20,
    "Pages and files for one address in a second, five times as many at once; 0: unlimited",
  ),
  "web.docs": key(flag, true, "The guide is there to be read, at /docs/"),
  "web.operator_docs": key(
    flag,
    true,
    "Also what it says to operators, which tells what program this is",
  ),
  "web.serve_binary": key(
    flag,
    true,
    "The program itself may be fetched from the site, with what it was signed with",
  ),
  "web.operator_name": key(text, "", "Who runs this server, as pages say it"),
  "web.abuse_contact": key(
    text,
    "",
    "Where shared contacts are reported: an address or URI",
  ),
  "web.privacy_contact": key(
    text,
    "",
    "Who answers questions about privacy; empty: server.admin_contact",
  ),
  "web.security_contact": key(
    text,
    "",
    "Who is told of weaknesses, as /.well-known/security.txt says it (RFC 9116): an address or URI; empty: there is no such file",
  ),
} as const satisfies Keys<"web">;
