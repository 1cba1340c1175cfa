/** The certificate that is served. @module */
import { choice, flag, integer, list, path } from "../../kinds.ts";
import { certificatePair } from "../../authority_kinds.ts";
import { atStart, key, type Keys, seconds } from "../key.ts";

export const TLS = {
  "tls.mode": key(
    choice("self_signed", "file", "autocert"),
    "self_signed",
    "self_signed: made on first start; file: the files below; autocert: from the authority of [acme], self-signed until it has given one",
  ),
  "tls.cert": key(
    path,
    "/etc/postern/certs/fullchain.pem",
    "Certificate chain, leaf first (mode file)",
  ),
  "tls.key": key(
    path,
    "/etc/postern/certs/privkey.pem",
    "Its key: PKCS#8, PKCS#1 or SEC 1 (mode file)",
  ),
  "tls.extra": key(
    list(certificatePair, { max: 80 }),
    [],
    "More certificates, each served to who asks for one of its names (mode file)",
  ),
  "tls.self_signed_days": key(
    integer(30, 36_500),
    3650,
    "Lifetime of a self-signed certificate",
  ),
  "tls.key_type": key(
    choice("ecdsa-p256", "ecdsa-p384", "rsa-2048"),
    "ecdsa-p256",
    "Key of the certificate (mode autocert)",
  ),
  "tls.reuse_key": key(
    flag,
    true,
    "A renewed certificate keeps its key (mode autocert)",
  ),
  "tls.handshake_timeout_s": atStart(
    seconds(1, 600),
    30,
    "Seconds until TLS is on, of a connection or after STARTTLS",
  ),
} as const satisfies Keys<"tls">;
