/** Every check there is, in the order of the report: a new one is a value here. @module */
import { CHALLENGE_CHECKS } from "./challenge_check.ts";
import type { Check } from "./check.ts";
import { IROH_CHECKS } from "./iroh_check.ts";
import { MACHINE_CHECKS } from "./machine_checks.ts";
import { MAIL_CHECKS } from "./mail/mail_path.ts";
import { NAME_CHECKS } from "./name_checks.ts";
import { OUTSIDE_CHECKS } from "./outside_check.ts";
import { OUTBOUND_CHECKS } from "./outbound_checks.ts";
import { PLACE_CHECKS } from "./place_checks.ts";
import { PORT_CHECKS } from "./port_checks.ts";
import { RELAY_CHECKS } from "./relay_checks.ts";
import { SITE_CHECKS } from "./site_check.ts";
import { TUNNEL_CHECKS } from "./tunnel_checks.ts";
import { TLS_CHECKS } from "./tls_check.ts";
import { TURN_CHECKS } from "./turn_check.ts";
import { UPGRADE_CHECKS } from "./upgrade_check.ts";

export const CHECKS: readonly Check[] = [
  ...MACHINE_CHECKS,
  ...PLACE_CHECKS,
  ...UPGRADE_CHECKS,
  ...RELAY_CHECKS,
  ...NAME_CHECKS,
  ...PORT_CHECKS,
  ...SITE_CHECKS,
  ...OUTSIDE_CHECKS,
  ...TLS_CHECKS,
  ...CHALLENGE_CHECKS,
  ...MAIL_CHECKS,
  ...TURN_CHECKS,
  ...TUNNEL_CHECKS,
  ...IROH_CHECKS,
  ...OUTBOUND_CHECKS,
];
