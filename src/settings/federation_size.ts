/** How large a message from or to other servers may be. @module */
import type { Settings } from "./settings.ts";

/** In octets, as it is sent. */
export function federationSize(settings: Pick<Settings, "get">): number {
  return settings.get("max_federation_size") ??
    settings.get("max_message_size");
}
