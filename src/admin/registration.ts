/** Who may sign up. @module */
import type { AdminContext } from "./context.ts";

export interface RegistrationStatus {
  readonly open: boolean;
  readonly jit_enabled: boolean;
  readonly token_required: boolean;
}

export function registrationStatus(context: AdminContext): RegistrationStatus {
  return {
    open: context.settings.get("registration_open"),
    jit_enabled: context.settings.get("jit_registration"),
    token_required: context.settings.get("registration_token_required"),
  };
}

export async function openRegistration(
  context: AdminContext,
): Promise<RegistrationStatus> {
  await context.settings.set("registration_open", "true");
  return registrationStatus(context);
}

export async function closeRegistration(
  context: AdminContext,
): Promise<RegistrationStatus> {
  await context.settings.set("registration_open", "false");
  return registrationStatus(context);
}

export async function setJitRegistration(
  context: AdminContext,
  state: "on" | "off",
): Promise<RegistrationStatus> {
  await context.settings.set("jit_registration", state);
  return registrationStatus(context);
}

export async function setTokenRequired(
  context: AdminContext,
  state: "on" | "off",
): Promise<RegistrationStatus> {
  await context.settings.set("registration_token_required", state);
  return registrationStatus(context);
}
