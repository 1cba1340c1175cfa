/** Whether an upgrade has begun and not come to its end. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { installRoot } from "../upgrade/install_root.ts";
import {
  settleCommand,
  SwitchMark,
  unfinishedText,
} from "../upgrade/switch_mark.ts";
import { type Check, pass, warn } from "./check.ts";

const UPGRADE = "upgrade";

/** @param root `/opt/NAME` */
export function upgradeFindings(root: string): readonly Finding[] {
  const begun = new SwitchMark(root).read();
  return begun === undefined
    ? [pass(UPGRADE, "No upgrade was interrupted")]
    : [warn(UPGRADE, unfinishedText(begun), settleCommand(root))];
}

export const UPGRADE_CHECKS: readonly Check[] = [
  { ids: [UPGRADE], look: () => upgradeFindings(installRoot()) },
];
