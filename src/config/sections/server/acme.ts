/** The authority that certificates come from with mode autocert (RFC 8555). @module */
import { choice, decimal, flag, list, path, text } from "../../kinds.ts";
import {
  certificateName,
  certificateProfile,
  commonName,
  contactAddress,
  httpsUrl,
} from "../../authority_kinds.ts";
import { key, type Keys } from "../key.ts";

export const ACME = {
  "acme.directory": key(
    httpsUrl,
    "https://acme-v02.api.letsencrypt.org/directory",
    "Directory of the authority",
  ),
  "acme.ca_file": key(
    path,
    "",
    "Root of the directory's own certificate (PEM), where the system does not know it",
  ),
  "acme.email": key(
    contactAddress,
    "",
    "Where the authority may write to; empty: nowhere",
  ),
  "acme.agree_tos": key(
    flag,
    true,
    "The terms of service of the authority are agreed to; false: nothing is asked of it",
  ),
  "acme.profile": key(
    certificateProfile,
    "auto",
    "Profile of the certificate; auto: shortlived where it is for an IP address, else the authority's own",
  ),
  "acme.preferred_chain": key(
    commonName,
    "",
    "Where the authority has several chains: that which ends below the root with this common name, as ISRG Root X1; empty: the one that comes first",
  ),
  "acme.challenges": key(
    list(choice("http-01", "tls-alpn-01", "dns-01"), { max: 3 }),
    ["http-01", "tls-alpn-01"],
    "How names are shown to be ours, in this order: http-01 over port 80, tls-alpn-01 over port 443, dns-01 by acme.dns_hook; what cannot be done here is passed over",
  ),
  "acme.dns_hook": key(
    path,
    "",
    "Program that is called with present NAME VALUE or cleanup NAME VALUE, and ends when the TXT record is published or gone",
  ),
  "acme.extra_names": key(
    list(certificateName, { max: 80 }),
    [],
    "More names of the certificate, as www.chat.example; *.chat.example needs dns-01",
  ),
  "acme.eab_kid": key(
    text,
    "",
    "Key identifier that the authority gave its customer (RFC 8555 §7.3.4)",
  ),
  "acme.eab_hmac_file": key(
    path,
    "",
    "File with the key that belongs to it, in base64url",
  ),
  "acme.renew_fraction": key(
    decimal(0.05, 0.9),
    0.33,
    "Renew when less than this part of the lifetime is left, where the authority does not say when (RFC 9773)",
  ),
} as const satisfies Keys<"acme">;
