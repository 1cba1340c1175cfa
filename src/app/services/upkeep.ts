/**
 * What a running relay does without being asked: it notices what other
 * processes change, new certificate files, listeners that went deaf, and
 * itself being slow.
 *
 * @module
 */
import { lookOver } from "../../api/overlay/look_over.ts";
import { describeJump } from "../../base/lived_clock.ts";
import { systemError } from "../../base/system_errors.ts";
import { Refusal } from "../../base/refusal.ts";
import { word } from "../../observe/fields.ts";
import { removeStaleTrials } from "../../ops/doctor/mail/trial_account.ts";
import { ListenerWatch } from "../../net/listener_watch.ts";
import type { Assembly } from "../assembly.ts";
import { readFiles } from "../running/certificate_files.ts";
import { LOOK_MS } from "../running/condition_watch.ts";
import { FreeMemory, systemTrim } from "../running/free_memory.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { wwwDirectory } from "../web/overlay.ts";
import type { RequiredService } from "./service.ts";

const CLOCK_MS = 1000;
const LOOK_AROUND_MS = 1000; // a change by the command line counts within two seconds
const CERTIFICATE_CHECK_MS = 10_000;
const LISTENER_CHECK_MS = 30_000;
const SETTINGS_RETRY_MS = 10_000;
const LISTENER_PATIENCE_MS = 5_000;
const PROTECTION_MS = 2000;
const FREE_MEMORY_MS = 2000;
const KEEP_TIME_MS = 60_000;
const CAP_MS = 10_000;
const TELL_FAILURES_MS = 5000;
const DELAYS_MS = 60_000;
const DKIM_RECORDS_MS = 10 * 60 * 1000;
const COUNTS_MS = 60_000;
const OWN_KEYS_MS = 10_000; // forgotten soon after that is wanted
const SHARES_MS = 60_000;
const TRIAL_ACCOUNTS_MS = 60_000;
const AUDIT_MS = 60 * 60 * 1000;
const OWN_PAGES_MS = 5 * 60_000;
const UPDATES_MS = 60_000; // asked once a day, and soon after it is wanted
const TOTALS_MS = 60 * 60 * 1000;
const LAG_WORTH_TELLING_MS = 5_000;

/** None of them can fail to start: each look that fails is told of, and the next one comes. */
export function upkeep(assembly: Assembly): readonly RequiredService[] {
  return [
    listenerWatch(assembly),
    settingsFollower(assembly),
    clockWatch(assembly),
    ...looks(assembly).map((look) => periodic(look, assembly.relay.reportBug)),
  ];
}

interface Look {
  readonly name: string;
  readonly everyMs: number;
  readonly atStartToo?: true;
  look(): Promise<void> | void;
}

function looks(assembly: Assembly): Look[] {
  const {
    store,
    delivery,
    journal,
    dkim,
    exchange,
    federation,
    ownKeys,
    protection,
    shares,
  } = assembly.relay;
  const memory = new FreeMemory(SYSTEM_CLOCK, systemTrim());
  return [
    {
      name: "store_changes",
      everyMs: LOOK_AROUND_MS,
      look: () => store.catchUp(),
    },
    {
      name: "kept_time",
      everyMs: KEEP_TIME_MS,
      look: () => store.clock.keep(),
    },
    {
      name: "own_keys",
      everyMs: OWN_KEYS_MS,
      atStartToo: true,
      look: () => ownKeys.tidy(),
    },
    {
      name: "shares",
      everyMs: SHARES_MS,
      look: async () => void await shares.upkeep(),
    },
    {
      name: "protection",
      everyMs: PROTECTION_MS,
      atStartToo: true,
      look: () => protection.look(),
    },
    {
      name: "free_memory",
      everyMs: FREE_MEMORY_MS,
      look: () => memory.giveBack(),
    },
    {
      name: "bandwidth_cap",
      everyMs: CAP_MS,
      look: () => assembly.cap.look(),
    },
    {
      name: "failed_deliveries",
      everyMs: TELL_FAILURES_MS,
      look: () => delivery.reports.tellDue(),
    },
    {
      name: "delayed_deliveries",
      everyMs: DELAYS_MS,
      look: () => assembly.sender.warnOfDelays(),
    },
    {
      // a record that was not there: who has published it need not say so
      name: "dkim_records",
      everyMs: DKIM_RECORDS_MS,
      look: () => dkim.watch.lookAgain(),
    },
    {
      // of a check that was killed
      name: "trial_accounts",
      everyMs: TRIAL_ACCOUNTS_MS,
      atStartToo: true,
      look: () => removeStaleTrials(assembly.relay),
    },
    {
      name: "exchange_counts",
      everyMs: COUNTS_MS,
      look: () => exchange.write(),
    },
    {
      name: "federation_counts",
      everyMs: COUNTS_MS,
      look: () => federation.write(),
    },
    {
      name: "certificate_files",
      everyMs: CERTIFICATE_CHECK_MS,
      look: () => checkCertificate(assembly),
    },
    {
      name: "conditions",
      everyMs: LOOK_MS,
      look: () => assembly.conditions.tell(),
    },
    {
      name: "audit_log",
      everyMs: AUDIT_MS,
      atStartToo: true,
      look: () => assembly.relay.administration.audit.clean(),
    },
    {
      // the program before may have rendered what this one cannot
      name: "own_pages",
      everyMs: OWN_PAGES_MS,
      atStartToo: true,
      look: () =>
        lookOver(
          assembly.site.overlay,
          wwwDirectory(assembly.current.loaded.values),
          () => SYSTEM_TIMERS.sleep(0),
        ),
    },
    {
      name: "updates",
      everyMs: UPDATES_MS,
      atStartToo: true,
      look: () => assembly.updates.look(),
    },
    { name: "totals", everyMs: TOTALS_MS, look: () => journal.tellTotals() },
  ];
}

/** Looks in every period, unless the last look still goes on. */
function periodic(
  { name, everyMs, look, atStartToo }: Look,
  reportBug: (error: unknown) => void,
): RequiredService {
  let isBusy = false;
  async function lookOnce(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      await look();
    } catch (error) {
      if (!isRefusal(error)) reportBug(error);
    } finally {
      isBusy = false;
    }
  }
  return service(name, () => {
    if (atStartToo) void lookOnce();
    return SYSTEM_TIMERS.every(everyMs, () => void lookOnce());
  });
}

/** A store that takes nothing now has said so itself, once. */
function isRefusal(error: unknown): boolean {
  return error instanceof Refusal;
}

/** One that cannot fail. @param begin Returns how to stop. */
function service(name: string, begin: () => () => void): RequiredService {
  let end: () => void = () => {};
  return {
    name,
    optional: false,
    start() {
      end = begin();
    },
    stop: () => end(),
  };
}

function listenerWatch(
  { listeners, log, relay: { reported } }: Assembly,
): RequiredService {
  const watch = new ListenerWatch(() => listeners.all(), {
    everyMs: LISTENER_CHECK_MS,
    patienceMs: LISTENER_PATIENCE_MS,
    onDeaf: (listener) =>
      log.operational({
        event: "degraded",
        part: `listener ${listener}`,
        message: "it no longer accepted and is opened again",
      }),
    onLooked(failed) {
      if (failed.size === 0) return reported.clear("listener_closed");
      const reasons = [...failed].map(([listener, error]) =>
        `${listener}: ${systemError(error)?.reason ?? "it cannot be opened"}`
      );
      reported.report("listener_closed", reasons.join("; "));
    },
  });
  return service("listener_watch", () => {
    watch.start();
    return () => watch.stop();
  });
}

/** What an admin elsewhere has set, and this server cannot do, is told and tried until it can. */
function settingsFollower({ relay }: Assembly): RequiredService {
  const { settings, reported } = relay;
  let isBehind = false;
  async function look() {
    const { refused } = await settings.reload();
    isBehind = refused.length > 0;
    if (!isBehind) return reported.clear("settings_refused");
    const reasons = refused.map(({ name, reason }) => `${name}: ${reason}`);
    reported.report("settings_refused", reasons.join("; "));
  }
  function follow() {
    look().catch((error) => {
      if (!isRefusal(error)) relay.reportBug(error);
    });
  }
  return service("settings", () => {
    const stopListening = relay.store.onEvent(({ kind }) => {
      if (kind === "settings" || kind === "missed") follow();
    });
    const stopTrying = SYSTEM_TIMERS.every(SETTINGS_RETRY_MS, () => {
      if (isBehind) follow();
    });
    return () => {
      stopListening();
      stopTrying();
    };
  });
}

/** How late it comes itself, how the machine's clock jumps, and each new day. */
function clockWatch(assembly: Assembly): RequiredService {
  const { relay, log } = assembly;
  return service("clock", () => {
    let lastMs = SYSTEM_CLOCK.monotonic();
    return SYSTEM_TIMERS.every(CLOCK_MS, () => {
      const lagMs = SYSTEM_CLOCK.monotonic() - lastMs - CLOCK_MS;
      lastMs = SYSTEM_CLOCK.monotonic();
      relay.protection.noteLag(lagMs);
      assembly.lag.note(lagMs);
      if (lagMs > LAG_WORTH_TELLING_MS) {
        log.warn(word("event_loop_lag"), { ms: Math.round(lagMs) });
      }
      const jump = relay.store.clock.look();
      if (jump) {
        log.operational({ event: "clock", message: describeJump(jump) });
      }
      relay.accounts.noteDay();
    });
  });
}

/** Serves changed files; broken ones are reported and change nothing. */
async function checkCertificate(
  assembly: Assembly,
): Promise<void> {
  const { certificates, log } = assembly;
  try {
    const changed = await readFiles(assembly, () => certificates.refresh());
    if (changed) log.operational({ event: "certificate", message: "replaced" });
  } catch {
    // it is told
  }
}
