/**
 * What all listeners have in common: an address, a count of what they
 * accepted, and survival of whatever one connection or one accept does.
 *
 * @module
 */

export interface ListenAddress {
  /** IP address without brackets; "::" also takes IPv4. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface Listener {
  /** The address it is bound to, with the real port. */
  readonly address: ListenAddress;
  /** Connections so far: the watchdog compares. */
  readonly accepted: number;
  /** Binds again in place of a socket that has stopped accepting. */
  reopen(): Promise<void>;
  /** Stops accepting; what is open stays open. */
  close(): Promise<void>;
}

export interface ListenerEvents {
  /** An accept failed, or a connection broke outside any session. */
  onFault(error: unknown): void;
}

export interface KeyPair {
  readonly chainPem: string;
  readonly keyPem: string;
}

export function formatAddress({ hostname, port }: ListenAddress): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
