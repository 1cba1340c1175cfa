/** Who may sign up. @module */
import type { AdminContext } from "./context.ts";

export interface RegistrationStatus {
  readonly open: boolean;
  readonly jit_enabled: boolean;
  readonly token_required: boolean;
}

export function registrationStatus(context: AdminContext): RegistrationStatus {
  return {
    open: context.settings.registrationOpen,
    jit_enabled: context.settings.jitRegistration,
    token_required: context.settings.registrationTokenRequired,
  };
}

export async function openRegistration(
  context: AdminContext,
): Promise<RegistrationStatus> {
  await context.settings.setRegistrationOpen(true);
  return registrationStatus(context);
}

export async function closeRegistration(
  context: AdminContext,
): Promise<RegistrationStatus> {
  await context.settings.setRegistrationOpen(false);
  return registrationStatus(context);
}

export async function setJitRegistration(
  context: AdminContext,
  state: "on" | "off",
): Promise<RegistrationStatus> {
  await context.settings.setJitRegistration(state === "on");
  return registrationStatus(context);
}

export async function setTokenRequired(
  context: AdminContext,
  state: "on" | "off",
): Promise<RegistrationStatus> {
  await context.settings.setRegistrationTokenRequired(state === "on");
  return registrationStatus(context);
}
