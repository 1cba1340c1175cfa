/** The service that wakes phones. @module */
import { choice, path } from "../../kinds.ts";
import { webUrl } from "../../authority_kinds.ts";
import { key, type Keys } from "../key.ts";

export const PUSH = {
  "push.mode": key(
    choice("auto", "on", "off"),
    "auto",
    "auto: phones are woken, but while the service below is out of order for long; on: always tried; off: nobody is",
  ),
  "push.url": key(
    webUrl,
    "https://notifications.delta.chat/notify",
    "Service that wakes phones; it is sent tokens that apps have made for it, and nothing else",
  ),
  "push.ca_file": key(
    path,
    "",
    "Root of its certificate (PEM), where the system does not know it",
  ),
} as const satisfies Keys<"push">;
