/**
 * Where mail to a domain goes instead of the hosts that its DNS names, as an
 * admin has said.
 *
 * @module
 */

/** How far a certificate is believed: `any` tries to verify it, and goes on where that fails. */
export type TargetTls = "verify" | "any" | "none";

export type RouteTarget =
  /** All ways that are allowed, in their order, at this host. */
  | {
    readonly kind: "host";
    /** A host name, or an IP address without brackets. */
    readonly host: string;
    /** Of HTTPS, where it is not 443. */
    readonly httpsPort?: number;
    /** Plain HTTP may be tried as well. */
    readonly http: boolean;
  }
  /** This resource alone, then SMTP at its host if `smtp` says so. */
  | {
    readonly kind: "url";
    readonly url: URL;
    readonly smtp: boolean;
    /** Sent as `Authorization: Bearer`. */
    readonly token?: string;
  }
  | {
    readonly kind: "smtp";
    readonly host: string;
    readonly port: number;
    /** TLS begins with the first octet. */
    readonly implicitTls: boolean;
  };

export interface RouteOverride {
  /** Canonical key that it was found by: a domain, `*.domain` or `*`. */
  readonly key: string;
  readonly target: RouteTarget;
  readonly tls: TargetTls;
  /** `direct`: if the target fails for now, the usual ways follow in the same attempt. */
  readonly fallback: "none" | "direct";
  /** Name of the exchanger that it leads to, for people and statistics. */
  readonly exchanger?: string;
}

export interface RouteOverrides {
  /** @param domain Canonical. */
  find(domain: string): RouteOverride | undefined;
  /** Where mail goes when all direct ways have failed for now; undefined: nowhere. */
  fallback(domain: string): RouteOverride | undefined;
}
