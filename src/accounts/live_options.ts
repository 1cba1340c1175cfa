/** The account options of a running relay: settings where an admin may change them, else the file. @module */
import type { Config } from "../config/schema.ts";
import type { Settings } from "../settings/settings.ts";
import type { QuotaPolicy } from "../store/mail.ts";
import type { AccountOptions } from "./options.ts";

type ReadSettings = Pick<Settings, "get">;

export class LiveOptions implements AccountOptions {
  readonly #settings: ReadSettings;
  readonly #config: () => Config;

  /** @param config The file as it was read last. */
  constructor(settings: ReadSettings, config: () => Config) {
    this.#settings = settings;
    this.#config = config;
  }

  get registrationOpen() {
    return this.#settings.get("registration_open");
  }
  get jitRegistration() {
    return this.#settings.get("jit_registration");
  }
  get registrationTokenRequired() {
    return this.#settings.get("registration_token_required");
  }
  get allowChosenNames() {
    return this.#settings.get("allow_chosen_names");
  }
  get minUsernameLength() {
    return this.#settings.get("min_username_length");
  }
  get maxUsernameLength() {
    return this.#settings.get("max_username_length");
  }
  get usernameLength() {
    return this.#settings.get("username_length");
  }
  get passwordMinLength() {
    return this.#settings.get("password_min_length");
  }
  get passwordLength() {
    return this.#settings.get("password_length");
  }
  get regPerIpBurst() {
    return this.#settings.get("reg_per_ip_burst");
  }
  get regPerIpPerHour() {
    return this.#settings.get("reg_per_ip_per_hour");
  }
  get regGlobalPerMinute() {
    return this.#settings.get("reg_global_per_minute");
  }
  get trustedNetworks() {
    return this.#config().registration.trustedNetworks;
  }
  get maxAccounts() {
    return this.#config().registration.maxAccounts;
  }
  get maxLoad1m() {
    return this.#config().registration.maxLoad1m;
  }
  get minAvailableMemoryOctets() {
    return this.#config().registration.minAvailableMemory;
  }
  get minFreeDiskOctets() {
    return this.#config().registration.minFreeDisk;
  }
  get failDelayMs() {
    return this.#config().auth.failDelayMs;
  }
  get failBurst() {
    return this.#config().auth.failBurst;
  }
  get failRefillSeconds() {
    return this.#config().auth.failRefill;
  }
  get hashConcurrency() {
    return this.#config().auth.hashConcurrency;
  }
  get scryptLn() {
    return this.#config().auth.scryptLn;
  }
  get verifiedCacheTtlSeconds() {
    return this.#config().auth.verifiedCacheTtl;
  }
  get verifiedCacheEntries() {
    return this.#config().auth.verifiedCacheEntries;
  }
  get imapMaxConnectionsPerUser() {
    return this.#config().imap.maxConnectionsPerUser;
  }
}

/** What a delivery, APPEND or COPY made now has to respect. */
export function quotaPolicy(
  settings: ReadSettings,
  config: Config,
): QuotaPolicy {
  return {
    defaultOctets: settings.get("default_quota"),
    whenFull: settings.get("quota_when_full"),
    trimFrom: config.quota.trimFrom,
    trimTo: config.quota.trimTo,
    protectSeconds: config.quota.protect,
  };
}
