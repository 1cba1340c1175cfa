/**
 * Between a successor's first connection and our last one: a handshake that
 * was begun here ends here, and would be reset if the socket closed before.
 *
 * @module
 */
import {
  areOpen,
  begunHandshakes,
} from "../../net/descriptors/begun_handshakes.ts";
import type { ServiceListeners } from "../service_listeners.ts";
import { SYSTEM_TIMERS } from "../system_time.ts";
import type { RequiredService } from "../services/service.ts";

/** Longer than the way to most clients and back. */
const QUIET_MS = 300;
const LONGEST_MS = 3000;
const LOOK_MS = 20;

/** The process that has the ports; set by whoever gives them away. */
export interface SuccessionState {
  successor: number | undefined;
}

/** Starts after the listeners and ends before them. */
export function successionService(
  state: Readonly<SuccessionState>,
  listeners: Pick<ServiceListeners, "accepted" | "ports">,
): RequiredService {
  return {
    name: "succession",
    optional: false,
    start() {},
    async stop() {
      if (state.successor === undefined) return;
      const begun = await begunHandshakes(listeners.ports);
      let seen = listeners.accepted;
      let quietMs = 0;
      for (
        let waitedMs = 0;
        waitedMs < LONGEST_MS && quietMs < QUIET_MS;
        waitedMs += LOOK_MS
      ) {
        await SYSTEM_TIMERS.sleep(LOOK_MS);
        quietMs = listeners.accepted === seen ? quietMs + LOOK_MS : 0;
        seen = listeners.accepted;
        // one whose last packet was lost is asked for it again after a second
        const isOver = quietMs >= QUIET_MS;
        if (isOver && await areOpen(begun)) quietMs = 0;
      }
    },
  };
}
