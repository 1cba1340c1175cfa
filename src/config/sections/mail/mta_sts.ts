/** The policy that other servers find of us (RFC 8461). @module */
import { days } from "../../../base/durations.ts";
import { choice, duration } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

const MAX_POLICY_AGE = 31_557_600; // seconds, RFC 8461 §3.2

export const MTA_STS = {
  "mta_sts.mode": key(
    choice("enforce", "testing", "none"),
    "enforce",
    "What others do when our certificate cannot be verified: nothing is sent, or it is; there is no policy while the certificate is self-signed",
  ),
  "mta_sts.max_age": key(
    duration({ min: 86_400, max: MAX_POLICY_AGE }),
    days(28),
    "How long others keep the policy",
  ),
} as const satisfies Keys<"mta_sts">;
