/** Who is logged in, for an admin. @module */
import type { SessionRegistry } from "../../accounts/session_registry.ts";
import type { LiveSessions } from "../../admin/live_server.ts";

export function liveSessions(registry: SessionRegistry): LiveSessions {
  return {
    list: () => registry.list(),
    end(account) {
      let ended = 0;
      for (const [id, address] of registry.accounts()) {
        if (address !== account) continue;
        ended += registry.end(id, "account_inactive");
      }
      return ended;
    },
  };
}
