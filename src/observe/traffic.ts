/** Octets that pass, by what they are for: inside TLS, as protocols see them. @module */

export const TRAFFIC_CATEGORIES = [
  "mail_imap",
  "mail_smtp_in",
  "submission",
  "http",
  "federation_in",
  "federation_out",
  "turn_relay",
  "iroh_relay",
  "proxy",
] as const;
export type TrafficCategory = (typeof TRAFFIC_CATEGORIES)[number];

/** Who moves octets adds to both, from the server's point of view. */
export interface Meter {
  received: number;
  sent: number;
}

/**
 * Since the start. A part that comes to be takes the meter of its category. A
 * connection to a port for HTTP counts as `http` until a request on it brings
 * mail of another server.
 */
export class Traffic {
  readonly #meters = new Map<TrafficCategory, Meter>();

  meter(category: TrafficCategory): Meter {
    let meter = this.#meters.get(category);
    if (!meter) this.#meters.set(category, meter = { received: 0, sent: 0 });
    return meter;
  }

  get meters(): ReadonlyMap<TrafficCategory, Readonly<Meter>> {
    return this.#meters;
  }
}
