/** Looks whether a certificate from an authority is due, and gets it. @module */
import type { Renewers } from "../../tls/acme/renewers.ts";
import { SYSTEM_TIMERS } from "../system_time.ts";
import type { RequiredService } from "./service.ts";

const LOOK_MS = 30_000;

export function certificateService(
  renewers: Renewers,
  reportBug: (error: unknown) => void,
): RequiredService {
  let isBusy = false;
  let stopLooking: () => void = () => {};
  async function look(): Promise<void> {
    if (isBusy) return; // an order takes its time
    isBusy = true;
    try {
      await renewers.look();
    } catch (error) {
      reportBug(error);
    } finally {
      isBusy = false;
    }
  }
  return {
    name: "certificates",
    optional: false,
    start() {
      void look();
      stopLooking = SYSTEM_TIMERS.every(LOOK_MS, () => void look());
    },
    async stop() {
      stopLooking();
      await renewers.close();
    },
  };
}
