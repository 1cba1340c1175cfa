/** Exchangers and overrides on a real store. @module */
import { systemRandom } from "../../src/base/random.ts";
import { smtpSessions } from "../../src/app/federation/smtp_sessions.ts";
import { DnsFailure } from "../../src/dns/answers.ts";
import { Exchange } from "../../src/federation/exchange/exchange.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import type { Store } from "../../src/store/store.ts";
import { TestTime } from "../harness/test_time.ts";
import { openTestStore } from "../store/engines.ts";

const nothing = (name: string) =>
  Promise.reject(new DnsFailure("no_such_name", name));

/** A look-up of whatever name finds that there is none. */
export const NO_DNS = {
  mailExchangers: nothing,
  texts: nothing,
  ipv4: nothing,
  ipv6: nothing,
  names: nothing,
};

export interface ExchangeWorld {
  readonly store: Store;
  readonly clock: TestTime;
  readonly exchange: Exchange;
}

export function openExchange(
  store: Store,
  clock = new TestTime(),
): Promise<Exchange> {
  return Exchange.open({
    store,
    clock,
    timers: clock,
    domains: new LocalDomains({ domains: ["here.example"] }),
    dns: NO_DNS,
    random: systemRandom,
    lot: () => 0,
    smtp: smtpSessions(clock),
    hostname: () => "here.example",
    families: () => ["ipv4", "ipv6"],
    allowsPrivateTargets: () => false,
    onIgnored() {},
    onUnreadable() {},
    reportBug(error) {
      throw error;
    },
  });
}

/** @param clock Of the store too. */
export async function withExchange(
  work: (world: ExchangeWorld) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "exchange" });
  const clock = new TestTime();
  const store = await openTestStore({ stateDir, clock });
  const exchange = await openExchange(store, clock);
  try {
    await work({ store, clock, exchange });
  } finally {
    await exchange.close();
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}
