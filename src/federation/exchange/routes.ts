/**
 * Where mail to a domain goes by what admins have said: an override first, then
 * the exchanger that carries its mail.
 *
 * @module
 */
import { routeTarget } from "../overrides/override.ts";
import type { Override, Overrides } from "../overrides/overrides.ts";
import { DELIVERY_PATH } from "../overrides/target.ts";
import type { RouteOverride, RouteOverrides } from "../route_override.ts";
import { type Exchanger, has, resourceOf } from "./exchanger.ts";
import type { Exchangers } from "./exchangers.ts";

/** Mail that nobody takes anywhere now. */
export interface Waiting {
  /** Why, for people. */
  readonly reason: string;
  /** Who comes to fetch it. */
  readonly fetchedBy?: string;
}

export class Routes implements RouteOverrides {
  constructor(
    readonly overrides: Overrides,
    readonly exchangers: Pick<Exchangers, "get" | "carrier" | "fallback">,
  ) {}

  /** As `look`; the use is counted. */
  find(domain: string): RouteOverride | undefined {
    const found = this.overrides.match(domain);
    if (found) this.overrides.noteUse(found.key);
    return this.look(domain);
  }

  look(domain: string): RouteOverride | undefined {
    const found = this.overrides.match(domain);
    if (found) return this.#routeOf(found);
    const carrier = this.exchangers.carrier(domain);
    return carrier && pushRoute(carrier, domain);
  }

  fallback(domain: string): RouteOverride | undefined {
    const exchanger = this.exchangers.fallback(domain);
    return exchanger && pushRoute(exchanger, domain);
  }

  /** Undefined where mail to the domain is sent. */
  waiting(domain: string): Waiting | undefined {
    const found = this.overrides.match(domain);
    if (!found) {
      const carrier = this.exchangers.carrier(domain);
      return carrier && !has(carrier, "push") ? fetched(carrier) : undefined;
    }
    if (found.target.kind !== "exchanger" || found.fallback === "direct") {
      return undefined;
    }
    const { name } = found.target;
    const exchanger = this.exchangers.get(name);
    if (!exchanger) return { reason: `there is no exchanger ${name} any more` };
    if (!exchanger.enabled) return { reason: `the exchanger ${name} is off` };
    if (has(exchanger, "push")) return undefined;
    return has(exchanger, "serve")
      ? fetched(exchanger)
      : { reason: `the exchanger ${name} takes no mail` };
  }

  #routeOf(override: Override): RouteOverride | undefined {
    const { key, target, tls, fallback } = override;
    if (target.kind !== "exchanger") {
      return { key, tls, fallback, target: routeTarget(target, override) };
    }
    const exchanger = this.exchangers.get(target.name);
    const route = exchanger?.enabled && pushRoute(exchanger, key);
    return route ? { ...route, fallback } : undefined;
  }
}

function pushRoute(
  exchanger: Exchanger,
  key: string,
): RouteOverride | undefined {
  if (!has(exchanger, "push")) return undefined;
  const { name, tls, token } = exchanger;
  return {
    key,
    tls,
    fallback: "none",
    exchanger: name,
    target: {
      kind: "url",
      url: resourceOf(exchanger, DELIVERY_PATH),
      smtp: false,
      ...(token !== undefined && { token }),
    },
  };
}

function fetched({ name }: Exchanger): Waiting {
  return { reason: `it waits for the exchanger ${name}`, fetchedBy: name };
}
