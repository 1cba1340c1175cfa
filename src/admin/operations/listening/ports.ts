/** Where each service listens, and for whom: three settings for each. @module */
import { isLoopback } from "../../../base/peer_address.ts";
import { LISTENER_NAMES } from "../../../config/listener_table.ts";
import type { ListenerName } from "../../../config/listener_table.ts";
import type { ListenAddress } from "../../../config/network_kinds.ts";
import type { AdminContext } from "../../context.ts";
import { choice, flag, integer } from "../../fields.ts";
import { inField, operation } from "../../operation.ts";

export interface ServicePort {
  readonly name: ListenerName;
  /** null: it listens nowhere. */
  readonly port: number | null;
  /** Whether others than this machine may connect. */
  readonly mode: "public" | "local";
  readonly enabled: boolean;
}

export const ACCESS_MODES = ["public", "local"] as const;

function shape(
  { settings, listeners }: AdminContext,
  name: ListenerName,
): ServicePort {
  const addresses: readonly ListenAddress[] = listeners()[name];
  const isHere = addresses.length > 0 &&
    addresses.every(({ host }) => host !== undefined && isLoopback(host));
  return {
    name,
    port: addresses[0]?.port ?? null,
    mode: settings.get(`${name}_local_only`) || isHere ? "local" : "public",
    enabled: settings.get(`${name}_enabled`) && addresses.length > 0,
  };
}

function service() {
  return choice("a service", LISTENER_NAMES);
}

export const PORT_OPERATIONS = {
  "ports.list": operation({
    summary: "Where each service listens, and for whom",
    scope: "read",
    changes: false,
    input: {},
    run: (context) => ({
      services: LISTENER_NAMES.map((name) => shape(context, name)),
    }),
  }),
  "ports.set": operation({
    summary: "Have a service listen on another port; in force at once",
    scope: "full",
    changes: true,
    input: {
      service: service(),
      port: integer("which nobody else has", { min: 1, max: 65_535 }),
    },
    async run(context, { service, port }) {
      await inField(
        "port",
        () => context.settings.set(`${service}_port`, String(port)),
      );
      return shape(context, service);
    },
  }),
  "ports.reset": operation({
    summary: "Have a service listen where the file says",
    scope: "full",
    changes: true,
    input: { service: service() },
    async run(context, { service }) {
      await inField(
        "service",
        () => context.settings.reset(`${service}_port`),
      );
      return shape(context, service);
    },
  }),
  "ports.access": operation({
    summary: "Say who may connect to a service: everybody, or this machine",
    scope: "full",
    changes: true,
    input: {
      service: service(),
      access: choice(
        "local: 127.0.0.1 and ::1 in place of the address in the file",
        ACCESS_MODES,
      ),
    },
    async run(context, { service, access }) {
      const isLocal = access === "local";
      await inField(
        "access",
        () => context.settings.set(`${service}_local_only`, String(isLocal)),
      );
      return shape(context, service);
    },
  }),
  "ports.enable": operation({
    summary: "Have a service listen, or not",
    scope: "full",
    changes: true,
    input: { service: service(), enabled: flag("whether it listens") },
    async run(context, { service, enabled }) {
      await inField(
        "enabled",
        () => context.settings.set(`${service}_enabled`, String(enabled)),
      );
      return shape(context, service);
    },
  }),
} as const;
