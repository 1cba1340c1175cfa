/** Copies of the relay, and whether what it stands on is sound. @module */
import { isAbsolute } from "node:path";
import { optional } from "valibot";
import { flag, integer, line, text } from "../../fields.ts";
import { invalidField, operation } from "../../operation.ts";

export const BACKUP_OPERATIONS = {
  /** Refuses with `task_running`, `storage_full`, or `invalid_value` if the directory cannot be used. */
  "backup.create": operation({
    takesLong: true,
    summary: "Make a backup, while mail goes on",
    scope: "full",
    changes: true,
    input: {
      directory: optional(
        text(
          "absolute path of the directory of backups, in place of the one in the file",
        ),
      ),
      without_mail: optional(
        flag("accounts, settings and keys alone; false unless told"),
      ),
    },
    run({ backups }, { directory, without_mail: withoutMail = false }) {
      if (directory === undefined) return backups.create({ withoutMail });
      // another one would be somewhere below where the server was started
      if (!isAbsolute(directory)) {
        throw invalidField("directory", "must be an absolute path");
      }
      return backups.create({ directory, withoutMail });
    },
  }),
  "backup.list": operation({
    summary: "The backups in the directory that the file names, oldest first",
    scope: "read",
    changes: false,
    input: {},
    async run({ backups }) {
      return {
        directory: backups.directory,
        periodic: backups.periodic,
        ...await backups.list(),
      };
    },
  }),
  "backup.prune": operation({
    summary: "Remove all backups but the youngest",
    scope: "full",
    changes: true,
    input: {
      keep: integer("how many stay", { min: 1, max: 10_000 }),
    },
    async run({ backups }, { keep }) {
      return { removed: await backups.prune(keep) };
    },
  }),
  /** Refuses with `not_found`. */
  "backup.remove": operation({
    summary: "Remove one backup",
    scope: "full",
    changes: true,
    input: { name: line("as backup.list shows it") },
    async run({ backups }, { name }) {
      await backups.remove(name);
      return { name };
    },
  }),
  "db.check": operation({
    takesLong: true,
    summary: "Read all of the database, and say what is wrong with it",
    scope: "full",
    changes: false,
    input: {},
    async run({ store }) {
      const problem = await store.maintenance.check();
      return {
        ok: problem === undefined,
        problem: problem ?? null,
        place: store.place,
        bytes: store.health().databaseOctets,
      };
    },
  }),
} as const;
