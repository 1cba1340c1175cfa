/** The tunnel of CONNECT (RFC 9110 §9.3.6). @module */
import { flag, secret, text } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const HTTP_PROXY = {
  "http_proxy.enabled": key(
    flag,
    false,
    "Clients may come through CONNECT on the ports of HTTP and HTTPS",
  ),
  "http_proxy.username": key(
    text,
    "",
    "User name of all clients; empty: made when it is needed first",
  ),
  "http_proxy.password": key(
    secret,
    "",
    "Password of all clients; empty: made when it is needed first",
  ),
} as const satisfies Keys<"http_proxy">;
