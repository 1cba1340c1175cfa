/** Who may sign up. @module */
import type { AdminContext } from "../context.ts";
import { flag } from "../fields.ts";
import { operation } from "../operation.ts";

export interface RegistrationStatus {
  readonly open: boolean;
  readonly jit_enabled: boolean;
  readonly token_required: boolean;
}

type Switch =
  | "registration_open"
  | "jit_registration"
  | "registration_token_required";

function registrationStatus({ settings }: AdminContext): RegistrationStatus {
  return {
    open: settings.get("registration_open"),
    jit_enabled: settings.get("jit_registration"),
    token_required: settings.get("registration_token_required"),
  };
}

/** An operation that says what a switch is from now on. */
function switching(name: Switch, summary: string) {
  return operation({
    summary,
    scope: "full",
    changes: true,
    input: { enabled: flag("whether it is so from now on") },
    run: (context, { enabled }) => turn(context, name, String(enabled)),
  });
}

async function turn(
  context: AdminContext,
  name: Switch,
  value: string,
): Promise<RegistrationStatus> {
  await context.settings.set(name, value);
  return registrationStatus(context);
}

export const REGISTRATION_OPERATIONS = {
  "registration.status": operation({
    summary: "Who may sign up",
    scope: "read",
    changes: false,
    input: {},
    run: registrationStatus,
  }),
  "registration.open": operation({
    summary: "Let anyone sign up",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      const now = await turn(context, "registration_open", "true");
      const degraded = await context.live?.degraded() ?? [];
      const paused = degraded.filter(({ code }) => code === "sign_ups_paused");
      return { ...now, obstacles: paused.map(({ message }) => message) };
    },
  }),
  "registration.close": operation({
    summary: "Let only holders of tokens sign up",
    scope: "full",
    changes: true,
    input: {},
    run: (context) => turn(context, "registration_open", "false"),
  }),
  "registration.jit": switching(
    "jit_registration",
    "Say whether a first login makes the account",
  ),
  "registration.token_required": switching(
    "registration_token_required",
    "Say whether sign-up needs a token",
  ),
} as const;
