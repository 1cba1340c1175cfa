/** What this server does for the diagnosis of others. @module */
import { flag } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const DOCTOR = {
  "doctor.echo": key(
    flag,
    false,
    "Connect back to relays that ask which of their ports are open from outside",
  ),
} as const satisfies Keys<"doctor">;
