/** Every resource of the admin API, by its path. @module */
import type { Resource } from "../resource.ts";
import { ACCOUNTS_RESOURCES } from "./accounts.ts";
import { BLOCKLIST_RESOURCES } from "./blocklist.ts";
import { QUOTA_RESOURCES } from "./quota.ts";
import { SETTINGS_RESOURCES } from "./settings.ts";
import { STATUS_RESOURCES } from "./status.ts";
import { TOGGLE_RESOURCES } from "./toggles.ts";

export const RESOURCES: readonly Resource[] = [
  ...STATUS_RESOURCES,
  ...SETTINGS_RESOURCES,
  ...TOGGLE_RESOURCES,
  ...ACCOUNTS_RESOURCES,
  ...BLOCKLIST_RESOURCES,
  ...QUOTA_RESOURCES,
];
