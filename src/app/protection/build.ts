/** Protection as the configuration says. @module */
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import {
  machineResources,
  type Resources,
} from "../../accounts/limits/resource_guard.ts";
import type { Config } from "../../config/schema.ts";
import { raiseFileLimit } from "../../files/file_limit.ts";
import { SYSTEM_CLOCK } from "../system_time.ts";
import { SystemProbe } from "./probe.ts";
import { Protection } from "./protection.ts";

export interface ProtectionSource {
  readonly reported: ReportedConditions;
  config(): Config;
  /** That wait for other servers. */
  queuedMessages(): Promise<number>;
}

export function buildProtection(
  { reported, config, queuedMessages }: ProtectionSource,
): Protection {
  let descriptors: number | undefined;
  return new Protection({
    clock: SYSTEM_CLOCK,
    reported,
    isOn: () => config().protection.enabled,
    largeOctets: () => config().protection.largeMessage,
    probe: new SystemProbe({
      stateDir: config().server.stateDir,
      queuedMessages,
      budgets() {
        const { protection, storage } = config();
        return {
          memoryOctets: protection.maxMemory,
          descriptors: descriptors ??= raiseFileLimit(),
          freeDiskOctets: storage.minFree,
          queuedMessages: protection.maxQueued,
          lagMs: protection.maxLag,
        };
      },
    }),
  });
}

/** What is left for new accounts. */
export async function resources(
  directory: string,
  { signUpObstacle }: Protection,
): Promise<Resources> {
  return {
    ...await machineResources(directory),
    obstacle: signUpObstacle,
  };
}
