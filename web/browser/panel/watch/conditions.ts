/** What is wrong with the relay as a whole, and where one sees to it. @module */

/** As `status` has it. */
export interface Condition {
  readonly code: string;
  readonly severity: "warning" | "error";
  readonly message: string;
}

/** The screen on which something can be done about it, by the beginning of the code. */
const PLACES: readonly (readonly [string, string])[] = [
  ["disk_", "/storage"],
  ["store_", "/storage"],
  ["content_", "/storage"],
  ["deleted_data", "/storage"],
  ["task_", "/storage"],
  ["settings_", "/settings"],
  ["restart_needed", "/settings"],
  ["log_", "/logs"],
  ["overrides_", "/federation"],
  ["exchanger", "/federation"],
  ["peers_", "/federation"],
  ["signature_", "/federation"],
  ["queue_", "/queue"],
  ["certificate_", "/certificates"],
  ["dkim_", "/certificates"],
  ["sign_ups_", "/services"],
  ["stealth_", "/website"],
  ["turn_", "/services"],
  ["push_", "/services"],
  ["smtp_", "/ports"],
  ["listener_", "/ports"],
  ["bandwidth_", "/traffic"],
  ["overload", "/traffic"],
];

export function placeOf({ code }: Pick<Condition, "code">): string | undefined {
  return PLACES.find(([start]) => code.startsWith(start))?.[1];
}

export function conditionsOf(
  status: { readonly degraded?: readonly Condition[] } | undefined,
): readonly Condition[] {
  return status?.degraded ?? [];
}
