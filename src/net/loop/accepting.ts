/**
 * Accepts connections until a socket is closed, whatever becomes of one of them.
 *
 * @module
 */
import { hasLeft } from "../../base/system_errors.ts";
import { turnEnd } from "./event_loop.ts";

const PAUSE_AFTER_FAILURE_MS = 100; // out of descriptors: let some close

export interface Accepting<Conn> {
  accept(): Promise<Conn>;
}

/** Resolves when the socket is closed. */
export async function acceptAll<Conn>(
  socket: Accepting<Conn>,
  take: (connection: Conn) => void,
  onFault: (error: unknown) => void,
): Promise<void> {
  while (true) {
    try {
      take(await socket.accept());
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return; // closed
      if (hasLeft(error)) { // those behind it need not wait for that
        await turnEnd();
        continue;
      }
      onFault(error);
      await new Promise((resolve) =>
        setTimeout(resolve, PAUSE_AFTER_FAILURE_MS)
      );
    }
  }
}
