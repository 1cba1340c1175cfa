/** Every resource of the admin API, by its path. @module */
import type { Resource } from "../resource.ts";
import { ACCESS_RESOURCES } from "./access.ts";
import { ACCOUNT_RESOURCES } from "./account.ts";
import { ACCOUNTS_RESOURCES } from "./accounts.ts";
import { BLOCKLIST_RESOURCES } from "./blocklist.ts";
import { DKIM_RESOURCES } from "./dkim.ts";
import { EXCHANGE_RESOURCES } from "./exchange.ts";
import { FEDERATION_RESOURCES } from "./federation.ts";
import { NOTICE_RESOURCES } from "./notice.ts";
import { OUTBOUND_RESOURCES } from "./outbound.ts";
import { PROCESS_RESOURCES } from "./process.ts";
import { QUEUE_RESOURCES } from "./queue.ts";
import { QUOTA_RESOURCES } from "./quota.ts";
import { REGISTRATION_TOKEN_RESOURCES } from "./registration_tokens.ts";
import { SETTINGS_RESOURCES } from "./settings/settings.ts";
import { SHARE_RESOURCES } from "./shares.ts";
import { SIZE_RESOURCES } from "./settings/sizes.ts";
import { STATUS_RESOURCES } from "./status.ts";
import { TOGGLE_RESOURCES } from "./settings/toggles.ts";
import { WEBMAIL_RESOURCES } from "./settings/webmail.ts";
import { UPKEEP_RESOURCES } from "./upkeep.ts";

export const RESOURCES: readonly Resource[] = [
  ...STATUS_RESOURCES,
  ...SETTINGS_RESOURCES,
  ...TOGGLE_RESOURCES,
  ...WEBMAIL_RESOURCES,
  ...SIZE_RESOURCES,
  ...ACCOUNTS_RESOURCES,
  ...ACCOUNT_RESOURCES,
  ...BLOCKLIST_RESOURCES,
  ...QUOTA_RESOURCES,
  ...REGISTRATION_TOKEN_RESOURCES,
  ...FEDERATION_RESOURCES,
  ...EXCHANGE_RESOURCES,
  ...DKIM_RESOURCES,
  ...OUTBOUND_RESOURCES,
  ...QUEUE_RESOURCES,
  ...NOTICE_RESOURCES,
  ...SHARE_RESOURCES,
  ...ACCESS_RESOURCES,
  ...PROCESS_RESOURCES,
  ...UPKEEP_RESOURCES,
];
