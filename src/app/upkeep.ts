/**
 * What a running relay does without being asked: it notices what other
 * processes change, new certificate files, listeners that went deaf, and
 * itself being slow.
 *
 * @module
 */
import { describeJump } from "../base/lived_clock.ts";
import { reasonOf } from "../base/system_errors.ts";
import { Refusal } from "../base/refusal.ts";
import { word } from "../observe/fields.ts";
import { ListenerWatch } from "../net/listener_watch.ts";
import type { Assembly } from "./assembly.ts";
import { LOOK_MS } from "./running/condition_watch.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "./system_time.ts";

const LOOK_AROUND_MS = 1000; // a change by the command line counts within two seconds
const CERTIFICATE_CHECK_MS = 10_000;
const LISTENER_CHECK_MS = 30_000;
const LISTENER_PATIENCE_MS = 5_000;
const KEEP_TIME_MS = 60_000;
const TELL_FAILURES_MS = 60_000;
const TOTALS_MS = 60 * 60 * 1000;
const LAG_WORTH_TELLING_MS = 5_000;

/** Starts all of it; the returned function stops it. */
export function startUpkeep(assembly: Assembly): () => void {
  const { log, listeners, relay, conditions } = assembly;
  const watch = new ListenerWatch(() => listeners.all(), {
    everyMs: LISTENER_CHECK_MS,
    patienceMs: LISTENER_PATIENCE_MS,
    onDeaf: (listener, error) =>
      log.operational({
        event: "degraded",
        part: `listener ${listener}`,
        message: error === undefined
          ? "it no longer accepted and is opened again"
          : "it cannot be opened again",
      }),
  });
  watch.start();
  const stops = [
    () => watch.stop(),
    relay.store.onEvent(({ kind }) => {
      if (kind === "settings" || kind === "missed") {
        relay.settings.reload().catch((error) =>
          tellUnlessRefused(relay, error)
        );
      }
    }),
    SYSTEM_TIMERS.every(LOOK_AROUND_MS, lookAround(assembly)),
    SYSTEM_TIMERS.every(
      KEEP_TIME_MS,
      () => void relay.store.clock.keep().catch(relay.reportBug),
    ),
    SYSTEM_TIMERS.every(TELL_FAILURES_MS, () => void tellFailures(assembly)),
    SYSTEM_TIMERS.every(
      CERTIFICATE_CHECK_MS,
      () => void checkCertificate(assembly),
    ),
    SYSTEM_TIMERS.every(LOOK_MS, () => void conditions.tell()),
    SYSTEM_TIMERS.every(TOTALS_MS, () => relay.journal.tellTotals()),
  ];
  void tellFailures(assembly);
  return () => stops.forEach((stop) => stop());
}

function lookAround({ relay, log }: Assembly): () => void {
  let lastMs = SYSTEM_CLOCK.monotonic();
  let busy = false;
  return async () => {
    const lagMs = SYSTEM_CLOCK.monotonic() - lastMs - LOOK_AROUND_MS;
    lastMs = SYSTEM_CLOCK.monotonic();
    if (lagMs > LAG_WORTH_TELLING_MS) {
      log.warn(word("event_loop_lag"), { ms: Math.round(lagMs) });
    }
    const jump = relay.store.clock.look();
    if (jump) log.operational({ event: "clock", message: describeJump(jump) });
    relay.accounts.noteDay();
    if (busy) return;
    busy = true;
    try {
      await relay.store.catchUp();
    } catch (error) {
      tellUnlessRefused(relay, error);
    } finally {
      busy = false;
    }
  };
}

/** Reports that a crash, or a store that took nothing, has left undone. */
async function tellFailures({ relay }: Assembly): Promise<void> {
  try {
    await relay.delivery.reports.tellAll();
  } catch (error) {
    tellUnlessRefused(relay, error);
  }
}

/** A store that takes nothing now has said so itself, once. */
function tellUnlessRefused(relay: Assembly["relay"], error: unknown): void {
  if (!(error instanceof Refusal)) relay.reportBug(error);
}

/** Serves changed files; broken ones are reported and change nothing. */
export async function checkCertificate(
  { certificates, log, relay: { reported } }: Assembly,
): Promise<void> {
  try {
    const changed = await certificates.refresh();
    if (changed) log.operational({ event: "certificate", message: "replaced" });
    reported.clear("certificate_files"); // also when the old ones are back
  } catch (error) {
    reported.report("certificate_files", reasonOf(error));
  }
}
