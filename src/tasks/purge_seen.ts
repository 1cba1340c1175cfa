/**
 * Deleting messages some time after they were read. Bad for people with
 * several devices: the second one may never get the message.
 *
 * The store lists messages as they are read; every few seconds those whose time
 * has come are removed. What was read before the switch was set, or has been
 * moved since, is put on the list once an hour.
 *
 * @module
 */
import type { Settings } from "../settings/settings.ts";
import type { MailStore } from "../store/mail.ts";
import { HOURLY, prune } from "./retention.ts";
import type { Task, TaskResult, TaskWork } from "./task.ts";

export const purgeSeen: Task = {
  name: "purge-seen",
  aliases: ["purge-read", "auto-purge-seen"],
  description: "Delete messages that were read",
  schedule: { kind: "every", seconds: 15, text: "every 15 seconds" },
  isEnabled: (settings) => settings.get("auto_purge_seen"),
  deletes: { limit: ({ settings }) => settings.get("auto_purge_seen_grace") },
  async run(work) {
    const age = work.retentionSeconds;
    if (age !== undefined || work.dryRun) {
      const grace = age ?? work.settings.get("auto_purge_seen_grace");
      const olderThanSeconds = grace - 1; // this second counts
      return await prune(work, { olderThanSeconds, onlySeen: true });
    }
    if (!work.isScheduled) await listSeen(work);
    return await purgeDue(work);
  },
};

export const purgeSeenBacklog: Task = {
  name: "purge-seen-backlog",
  aliases: [],
  description: "Find read messages that purge-seen does not know of yet",
  schedule: HOURLY,
  isEnabled: (settings) => settings.get("auto_purge_seen"),
  deletes: { limit: ({ settings }) => settings.get("auto_purge_seen_grace") },
  async run(work) {
    const { messages = 0 } = await listSeen(work);
    // listed, not deleted: the record of a run tells what is gone
    return work.dryRun ? { messages } : {};
  },
};

/** Keeps what is on the store's list as the settings say. */
export async function followPurgeSettings(
  settings: Pick<Settings, "get" | "onChange">,
  mail: Pick<MailStore, "limitPurges">,
): Promise<void> {
  const apply = () => mail.limitPurges(seenGrace(settings));
  settings.onChange("auto_purge_seen", apply);
  settings.onChange("auto_purge_seen_grace", apply);
  await apply();
}

/** How long messages are kept that were read, seconds; undefined: no shorter than others. */
export function seenGrace(
  settings: Pick<Settings, "get">,
): number | undefined {
  return settings.get("auto_purge_seen")
    ? settings.get("auto_purge_seen_grace")
    : undefined;
}

async function listSeen(work: TaskWork): Promise<TaskResult> {
  const { dryRun, settings, store } = work;
  if (!dryRun) await store.mail.limitPurges(seenGrace(settings));
  if (!dryRun && seenGrace(settings) === undefined) return { messages: 0 };
  return await prune(work, {
    olderThanSeconds: -1, // this second counts
    onlySeen: true,
    listForSeconds: settings.get("auto_purge_seen_grace"),
  });
}

async function purgeDue(work: TaskWork): Promise<TaskResult> {
  let messages = 0;
  for (;;) {
    const { deleted, more } = await work.store.mail.purgeDue();
    messages += deleted;
    if (!more) return { messages };
    await work.pause();
  }
}
