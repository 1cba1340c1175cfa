/**
 * What accounts go by, read at each use: an admin may change it at any time.
 * Each name is that of its setting, or of its key in the file.
 *
 * @module
 */
export interface AccountOptions {
  readonly registrationOpen: boolean;
  /** A first login creates the account. */
  readonly jitRegistration: boolean;
  readonly registrationTokenRequired: boolean;
  readonly allowChosenNames: boolean;
  readonly minUsernameLength: number;
  readonly maxUsernameLength: number;
  readonly usernameLength: number;
  readonly passwordMinLength: number;
  readonly passwordLength: number;

  /** New accounts, 0 for no limit. */
  readonly regPerIpBurst: number;
  readonly regPerIpPerHour: number;
  readonly regGlobalPerMinute: number;
  /** Accounts in all beyond which nobody signs up, 0 for no limit. */
  readonly maxAccounts: number;
  /** CIDR ranges without these limits; loopback never has them. */
  readonly trustedNetworks: readonly string[];
  /** Resources below which no account is created, 0 for no matter. */
  /** Load average of a minute per core, above which no account is created. */
  readonly maxLoad1m: number;
  readonly minAvailableMemoryOctets: number;
  readonly minFreeDiskOctets: number;

  /** From a login to its refusal, whatever the cause. */
  readonly failDelayMs: number;
  readonly failBurst: number;
  readonly failRefillSeconds: number;
  readonly hashConcurrency: number;
  readonly scryptLn: number;
  readonly verifiedCacheTtlSeconds: number;
  readonly verifiedCacheEntries: number;
  readonly imapMaxConnectionsPerUser: number;
}
