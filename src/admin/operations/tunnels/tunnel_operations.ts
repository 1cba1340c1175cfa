/** What is done with each way in for clients whose network blocks the rest: on, off, a new password, its link. @module */
import type { SettingName } from "../../../settings/registry.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../context.ts";
import { operation } from "../../operation.ts";

export interface TunnelKind<Status> {
  /** As texts call it. */
  readonly name: string;
  readonly enabled: Extract<SettingName, `${string}_enabled`>;
  status(context: AdminContext): Status;
  /** Makes what clients need to know, where it is not there yet. */
  prepare(context: AdminContext): Promise<void>;
  /** Another password in its place. */
  renew(context: AdminContext): Promise<void>;
  /** undefined while nobody can come. */
  link(context: AdminContext): string | undefined;
}

export function tunnelOperations<Status>(kind: TunnelKind<Status>) {
  const { name, enabled, status, prepare, renew, link } = kind;
  return {
    status: operation({
      summary: `Whether clients may come through ${name}, and how many do`,
      scope: "read",
      changes: false,
      input: {},
      run: status,
    }),
    enable: operation({
      summary: `Let clients come through ${name}`,
      scope: "full",
      changes: true,
      input: {},
      async run(context) {
        await prepare(context);
        await context.settings.set(enabled, "true");
        return status(context);
      },
    }),
    disable: operation({
      summary: `Let nobody come through ${name}, and end those who have`,
      scope: "full",
      changes: true,
      input: {},
      async run(context) {
        await context.settings.set(enabled, "false");
        return status(context);
      },
    }),
    rotate: operation({
      summary: "Make a new password; clients need the new link",
      scope: "full",
      changes: true,
      input: {},
      async run(context) {
        await renew(context);
        return status(context);
      },
    }),
    url: operation({
      summary: "The link that brings a client everything it needs",
      scope: "full",
      changes: false,
      input: {},
      secretOutputs: ["url"],
      run(context) {
        const url = link(context);
        if (url !== undefined) return { url };
        throw noLink(name, context.settings.get(enabled));
      },
    }),
  };
}

/** Why there is no link. */
export function noLink(name: string, isOn: boolean): Refusal {
  return new Refusal("invalid_value", {
    explanation: isOn
      ? `${name} has no open port, or no password yet`
      : `${name} is switched off`,
  });
}
