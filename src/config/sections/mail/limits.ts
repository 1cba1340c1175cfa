/** The largest message, whichever way it comes. @module */
import { size } from "../../kinds.ts";
import { GIB, key, type Keys, MIB } from "../key.ts";

export const LIMITS = {
  "limits.max_message_size": key(
    size({ min: 1, max: GIB }),
    100 * MIB,
    "Largest message",
  ),
} as const satisfies Keys<"limits">;
