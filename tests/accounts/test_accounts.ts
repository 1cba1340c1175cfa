/** A whole `Accounts` over memory, for tests. @module */
import { systemRandom } from "../../src/base/random.ts";
import type { StoreListener } from "../../src/store/events.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { Accounts } from "../../src/accounts/accounts.ts";
import { MemoryAccounts } from "./memory_accounts.ts";
import type { AccountOptions } from "../../src/accounts/options.ts";
import type { Resources } from "../../src/accounts/limits/resource_guard.ts";
import { TestTime } from "../harness/test_time.ts";

export const PEER = { address: "198.51.100.7" };
export const LOOPBACK = { address: "127.0.0.1" };
/** As Delta Chat makes them. */
export const STRONG = "Zj4qL0vXt8sYb2RwKc6nPm";
export const OTHER_STRONG = "Qw8eR5tY2uI9oP4aS7dF1g";
export const WEAK = "password1";

export const OPTIONS: AccountOptions = {
  registrationOpen: true,
  jitRegistration: true,
  registrationTokenRequired: false,
  allowChosenNames: true,
  minUsernameLength: 8,
  maxUsernameLength: 32,
  usernameLength: 9,
  passwordMinLength: 9,
  passwordLength: 22,
  regPerIpBurst: 30,
  regPerIpPerHour: 60,
  regGlobalPerMinute: 120,
  trustedNetworks: ["203.0.113.0/24", "2001:db8:77::/48"],
  maxAccounts: 0,
  maxLoad1m: 5,
  minAvailableMemoryOctets: 200,
  minFreeDiskOctets: 1000,
  failDelayMs: 0,
  failBurst: 20,
  failRefillSeconds: 10,
  hashConcurrency: 2,
  scryptLn: 8,
  verifiedCacheTtlSeconds: 86_400,
  verifiedCacheEntries: 1000,
  imapMaxConnectionsPerUser: 32,
};

export interface TestAccounts {
  readonly accounts: Accounts;
  readonly store: MemoryAccounts;
  readonly domains: LocalDomains;
  readonly time: TestTime;
  readonly options: {
    -readonly [K in keyof AccountOptions]: AccountOptions[K];
  };
  readonly resources: { -readonly [K in keyof Resources]: Resources[K] };
  readonly bugs: unknown[];
  readonly clearedPushTokens: number[];
  /** Another process has written. */
  written(): void;
}

export function testAccounts(
  changes: Partial<AccountOptions> = {},
): TestAccounts {
  const time = new TestTime();
  const store = new MemoryAccounts(() => time.now() / 1000);
  const options = { ...OPTIONS, ...changes };
  const resources = {};
  const bugs: unknown[] = [];
  const clearedPushTokens: number[] = [];
  const listeners = new Set<StoreListener>();
  const domains = new LocalDomains({
    domains: ["relay.example", "two.example"],
    aliases: { "[192.0.2.1]": "relay.example" },
  });
  const accounts = new Accounts({
    store: {
      accounts: store,
      metadata: {
        pushTokens: () => Promise.resolve([]),
        putPushToken: () => Promise.resolve(),
        removePushToken: () => Promise.resolve(),
        clearPushTokens(account) {
          clearedPushTokens.push(account);
          return Promise.resolve();
        },
      },
      onEvent(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    domains,
    options,
    clock: time,
    timers: time,
    random: systemRandom,
    signUpUrl: (domain) => `https://${domain}/new`,
    resources: () => Promise.resolve(resources),
    reportBug: (error) => bugs.push(error),
  });
  return {
    accounts,
    store,
    domains,
    time,
    options,
    resources,
    bugs,
    clearedPushTokens,
    written: () =>
      listeners.forEach((listener) => listener({ kind: "missed" })),
  };
}
