/**
 * How long messages stay after they were read, as one value: a duration, or
 * `off`. It is kept as two settings, the switch and the time.
 *
 * @module
 */
import type { Settings } from "../../../settings/settings.ts";

export const READ_RETENTION = "read_message_retention";
const SWITCH = "auto_purge_seen";
const TIME = "auto_purge_seen_grace";
const OFF = "off";

type Part = ReturnType<Settings["view"]>;

export function viewReadRetention(settings: Settings) {
  const [purges, time] = [settings.view(SWITCH), settings.view(TIME)];
  const text = (isOn: string, duration: string) =>
    isOn === "true" ? duration : OFF;
  return {
    key: READ_RETENTION,
    value: text(purges.value, time.value),
    source: sourceOf(purges, time),
    default: text(purges.default, time.default),
    kind: "duration, or off",
    effect: "live" as const,
    summary:
      `Age after reading at which mail is deleted; ${SWITCH} and ${TIME}`,
    locked: purges.locked || time.locked,
  };
}

function sourceOf(...parts: readonly Part[]): Part["source"] {
  const sources = parts.map(({ source }) => source);
  if (sources.includes("db")) return "db";
  return sources.includes("config") ? "config" : "default";
}

/** @throws {Refusal} `invalid_value` if it cannot be read */
export async function setReadRetention(
  settings: Settings,
  value: string,
): Promise<void> {
  const written = value.trim();
  if (/^(?:off|never|false|disabled?)$/i.test(written)) {
    return await settings.set(SWITCH, "false");
  }
  await settings.change(new Map([[SWITCH, "true"], [TIME, written]]));
}

export async function resetReadRetention(settings: Settings): Promise<void> {
  await settings.change(new Map([[SWITCH, undefined], [TIME, undefined]]));
}
