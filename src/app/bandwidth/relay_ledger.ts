/** The ledger of octets, as the configuration says. @module */
import type { Octets } from "../../admin/bandwidth_control.ts";
import type { BandwidthFacts } from "../../admin/condition_facts.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type { Traffic } from "../../observe/traffic.ts";
import { BandwidthLedger } from "../../ops/bandwidth/ledger.ts";
import type { Settings } from "../../settings/settings.ts";
import { areAccountsCounted } from "./accounts_counted.ts";
import type { RelayCap } from "./relay_cap.ts";
import type { Store } from "../../store/store.ts";

export interface BandwidthSource {
  readonly store: Store;
  readonly settings: Settings;
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  reportBug(error: unknown): void;
}

export async function buildBandwidth(
  source: BandwidthSource,
): Promise<BandwidthLedger> {
  const { store, settings, traffic, metrics, config } = source;
  const ledger = await BandwidthLedger.open({
    ...source,
    options() {
      const { bandwidth } = config();
      return {
        billingDay: settings.get("bandwidth_billing_day"),
        isOn: bandwidth.enabled,
        capOctets: bandwidth.enabled
          ? settings.get("bandwidth_monthly_cap")
          : 0,
        perUser: areAccountsCounted(config()),
        interface: bandwidth.interface,
      };
    },
    readInterface,
  });
  store.onEvent((event) => {
    if (event.kind === "account" && event.what === "ended") {
      ledger.accounts.forget(event.account);
    }
  });
  metrics.provide(
    "bandwidth_bytes_total",
    () =>
      [...traffic.meters].flatMap(([category, { received, sent }]) => [
        [category, "in", received] as const,
        [category, "out", sent] as const,
      ]),
  );
  return ledger;
}

const NAME = /^[A-Za-z0-9_.@:-]{1,15}$/; // IFNAMSIZ of linux/if.h
async function readInterface(name: string): Promise<Octets | undefined> {
  if (!NAME.test(name) || name.startsWith(".")) return undefined;
  const folder = `/sys/class/net/${name}/statistics`;
  try {
    const [received, sent] = await Promise.all(
      ["rx_bytes", "tx_bytes"].map((file) =>
        Deno.readTextFile(`${folder}/${file}`)
      ),
    );
    return { in: Number(received), out: Number(sent) };
  } catch {
    return undefined;
  }
}

export function bandwidthFacts(
  ledger: Pick<BandwidthLedger, "month">,
  cap: Pick<RelayCap, "isReached">,
): BandwidthFacts {
  const { total, capOctets, forecastOctets } = ledger.month();
  return {
    usedOctets: total.out,
    capOctets,
    relaysAreOff: cap.isReached,
    ...(forecastOctets === undefined ? {} : { forecastOctets }),
  };
}
