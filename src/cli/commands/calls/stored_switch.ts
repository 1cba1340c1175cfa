/**
 * The switch of a service that only a server has: while none runs it is shown
 * and changed as it is stored.
 *
 * @module
 */
import { Refusal } from "../../../base/refusal.ts";
import type { SettingName } from "../../../settings/registry.ts";
import { type Call, type CommandResult, withApplied } from "../../command.ts";
import { appliedNote, facts } from "../../text.ts";

export interface StoredSwitch {
  readonly setting: SettingName;
  /** What it is called in the output for people. */
  readonly label: string;
  /** What scripts read of the stored value. */
  data(value: string): Readonly<Record<string, unknown>>;
}

/**
 * What the server says and does; without one, what is stored.
 *
 * @param value What is stored instead; without it nothing is changed.
 */
export async function servedOrStored(
  call: Call,
  served: () => Promise<CommandResult>,
  stored: StoredSwitch,
  value?: string,
): Promise<CommandResult> {
  try {
    return await served();
  } catch (error) {
    const isMeant = error instanceof Refusal && error.code === "not_running";
    if (!isMeant) throw error;
    return await fromStore(call, stored, value);
  }
}

async function fromStore(
  call: Call,
  { setting: name, label, data }: StoredSwitch,
  wanted: string | undefined,
): Promise<CommandResult> {
  const { value } = wanted === undefined
    ? await call.access.call("settings.get", { name })
    : await call.access.call("settings.set", { name, value: wanted });
  const text = facts([[label, value]]);
  if (wanted === undefined) {
    return { data: data(value), text: `${text}\nThe server does not run` };
  }
  const changed = await withApplied(call, data(value));
  return { data: changed, text: text + appliedNote(changed.applied) };
}
