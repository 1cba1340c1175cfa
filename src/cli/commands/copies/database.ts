/** The database: read through, and copied to a file while the relay works. @module */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { roundedSize } from "../../../base/sizes.ts";
import {
  checkTarget,
  copyDatabase,
} from "../../../ops/backup/database_copy.ts";
import { asOwnerOf, onceAsOwnerOf } from "../../../ops/as_owner.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
} from "../../command.ts";
import { CliError, describeFailure, EXIT } from "../../exit_codes.ts";
import { counted } from "../../text.ts";
import { NAME } from "../../version.ts";

async function check(call: Call): Promise<CommandResult> {
  if (flagOption(call, "dryRun")) return await checkSchema(call);
  const data = await call.access.call("db.check", {})
    .catch((error) => checkUnopened(call, error));
  const text = data.ok
    ? `${data.place} is sound (${roundedSize(data.bytes)})`
    : `${data.place} is damaged: ${data.problem}`;
  return { data, text, exit: data.ok ? EXIT.ok : EXIT.failed };
}

/** Of a database that no store can be opened on: what else is there to say of it? */
async function checkUnopened(call: Call, error: unknown) {
  if (describeFailure(error).code !== "storage_read_only") throw error;
  const { server: { stateDir }, storage } = call.access.config.values;
  const { checkStored } = await import("../../../store/open.ts");
  const problem = await asOwnerOf(
    stateDir,
    () => checkStored(stateDir, storage.database),
  );
  if (problem === undefined) throw error; // it is whole, and cannot be written
  const place = join(stateDir, storage.database);
  return { ok: false, problem, place, bytes: Deno.statSync(place).size };
}

/** Whether this program can open it, without reading it all: so a new one is asked before an upgrade. */
async function checkSchema(call: Call): Promise<CommandResult> {
  const { server, storage } = call.access.config.values;
  const { SCHEMA_VERSION: own, storedSchema } = await import(
    "../../../store/open.ts"
  );
  const schema = onceAsOwnerOf(
    server.stateDir,
    () => storedSchema(server.stateDir, storage.database),
  );
  const ok = schema === undefined || schema <= own;
  const data = {
    ok,
    schema: schema ?? null,
    program_schema: own,
    migrates: schema !== undefined && schema < own,
  };
  const text = schema === undefined
    ? "There is no database yet"
    : !ok
    ? `A newer program has written the database: its schema is ${schema}, this one knows ${own}`
    : data.migrates
    ? `The database would be brought from schema ${schema} to ${own}`
    : "The database is of this program's schema";
  return { data, text, exit: ok ? EXIT.ok : EXIT.failed };
}

async function copy(call: Call): Promise<CommandResult> {
  const written = textOption(call, "to");
  if (written === undefined) {
    throw new CliError("usage", "Say where to: --to FILE", EXIT.usage);
  }
  if (isPostgres(written)) throw noPostgres();
  const target = resolve(written);
  const overwrite = flagOption(call, "force");
  checkTarget(target, { overwrite });
  const { stateDir } = call.access.config.values.server;
  if (isWithin(target, stateDir)) {
    throw new CliError(
      "invalid_value",
      `${target} is in the state directory, whose files are the relay's: name another place`,
      EXIT.conflict,
    );
  }
  if (flagOption(call, "dryRun")) return await rehearse(call, target);
  const made = await call.access.call("backup.create", {});
  try {
    const { octets, sha256, accounts, messages, contentFiles } =
      await copyDatabase(made.path, target, { overwrite });
    const data = {
      path: target,
      bytes: octets,
      sha256,
      accounts,
      messages,
      content_files: contentFiles,
    };
    const text = [
      `Wrote ${target}, and read it again (${roundedSize(octets)})`,
      [
        counted(accounts, "account", "accounts"),
        counted(messages, "message", "messages"),
      ].join(", "),
      ...(contentFiles === 0 ? [] : [
        `${
          counted(contentFiles, "large content is", "large contents are")
        } beside the database, and not in it: ${NAME} backup create has all`,
      ]),
    ].join("\n");
    return { data, text };
  } finally {
    await call.access.call("backup.remove", { name: made.name });
  }
}

function isWithin(target: string, stateDir: string): boolean {
  if (!existsSync(stateDir)) return false;
  const folder = `${Deno.realPathSync(dirname(target))}/`;
  return folder.startsWith(`${Deno.realPathSync(stateDir)}/`);
}

/** Reads all that would be copied, and looks whether there is room. */
async function rehearse(call: Call, target: string): Promise<CommandResult> {
  const { ok, problem, place, bytes } = await call.access.call("db.check", {});
  const { bavail, bsize } = await statfs(dirname(target));
  const free = bavail * bsize;
  const data = {
    dry_run: true,
    place,
    ok,
    problem,
    bytes,
    path: target,
    free_bytes: free,
  };
  const trouble = !ok
    ? `${place} is damaged: ${problem}`
    : free < bytes
    ? `There is no room at ${target}: ${roundedSize(free)} are free`
    : undefined;
  const text = trouble ??
    `Would copy ${place} (${roundedSize(bytes)}), which is sound, to ${target}`;
  return { data, text, exit: trouble === undefined ? EXIT.ok : EXIT.failed };
}

/** A URL, or what libpq calls a connection string. */
function isPostgres(written: string): boolean {
  return /^postgres(?:ql)?:/i.test(written) ||
    /(?:^|\s)(?:host|hostaddr|dbname|service)\s*=/i.test(written);
}

function noPostgres(): CliError {
  return new CliError(
    "unsupported",
    `There is no store in PostgreSQL yet, so nothing could serve from it: ${NAME} db copy --to FILE copies the database of SQLite`,
    EXIT.conflict,
  );
}

export const DATABASE_COMMANDS: readonly Command[] = [
  {
    usage: "db check",
    options: [{
      flags: "--dry-run",
      summary:
        "only whether this program can open it, and would change its schema",
    }],
    summary: "Read all of the database, and say what is wrong with it",
    timeout: "24h",
    run: check,
  },
  {
    usage: "db copy",
    summary:
      "Copy the database to a file while the relay works, and prove the copy",
    timeout: "24h",
    options: [
      {
        flags: "--to <file>",
        summary: "the file, which only its owner can read",
      },
      { flags: "--force", summary: "overwrite the file" },
      {
        flags: "--dry-run",
        summary: "read all of it, look for room, and write nothing",
      },
    ],
    run: copy,
  },
  {
    usage: "db sqlite-to-postgres",
    summary: "Refused: there is no store in PostgreSQL yet",
    options: [{ flags: "--dsn <dsn>", summary: "where it would be" }],
    run: () => Promise.reject(noPostgres()),
  },
];
