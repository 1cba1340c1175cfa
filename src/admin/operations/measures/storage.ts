/** What fills the disk. @module */
import { join } from "node:path";
import { optional } from "valibot";
import { sizeBelow } from "../../../files/folder_sizes.ts";
import { MAX_LARGEST } from "../../../store/accounts.ts";
import type { AdminContext } from "../../context.ts";
import { integer } from "../../fields.ts";
import { operation } from "../../operation.ts";
import { RecentAnswer } from "./recent_answer.ts";
import { diskShape } from "./disk.ts";

const OLD_MS = 30_000;

/** In the state directory, beside the database and contents. */
const FOLDERS = {
  incoming: ["tmp"],
  exchange: ["exchange"],
  keys: ["tls", "acme", "dkim"],
  reserve: ["ballast"],
} as const satisfies Record<string, readonly string[]>;

interface PartSize {
  readonly kind:
    | "database"
    | "wal"
    | "contents"
    | "backups"
    | keyof typeof FOLDERS;
  readonly bytes: number;
  readonly files: number;
  /** There are more files than were looked at. */
  readonly is_part: boolean;
}

async function parts(context: AdminContext) {
  const { store, stateDir, backups } = context;
  const { databaseOctets, logOctets } = store.health();
  const content = await store.maintenance.contentAbout();
  const sizes: PartSize[] = [
    { kind: "database", bytes: databaseOctets, files: 1, is_part: false },
    { kind: "wal", bytes: logOctets, files: 1, is_part: false },
    {
      kind: "contents",
      bytes: content.fileOctets,
      files: content.files,
      is_part: false,
    },
    await below("backups", [backups.directory]),
  ];
  for (const [kind, names] of Object.entries(FOLDERS)) {
    const paths = names.map((name) => join(stateDir, name));
    sizes.push(await below(kind as keyof typeof FOLDERS, paths));
  }
  return {
    disk: await diskShape(stateDir),
    state_dir: stateDir,
    /** Largest first. */
    parts: sizes.sort((a, b) => b.bytes - a.bytes),
    total_bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    database: {
      /** Contents of small messages. */
      contents_bytes: content.rowOctets,
      contents: content.rows,
      /** Of what was deleted; the task vacuum gives it back. */
      free_bytes: content.freeOctets,
    },
  };
}

async function below(
  kind: PartSize["kind"],
  paths: readonly string[],
): Promise<PartSize> {
  const sizes = await Promise.all(paths.map((path) => sizeBelow(path)));
  return {
    kind,
    bytes: sizes.reduce((sum, { octets }) => sum + octets, 0),
    files: sizes.reduce((sum, { files }) => sum + files, 0),
    is_part: sizes.some(({ isPart }) => isPart),
  };
}

async function largest({ store }: AdminContext, limit: number) {
  const found = (await store.accounts.largestAbout()).slice(0, limit);
  const named = await Promise.all(
    found.map(async ({ account, octets, messages }) => {
      const known = await store.accounts.byId(account);
      return known?.state === "active"
        ? [{ username: known.address, used_bytes: octets, messages }]
        : [];
    }),
  );
  return named.flat();
}

const PARTS = new RecentAnswer(OLD_MS, parts);

export const STORAGE_OPERATIONS = {
  "storage.usage": operation({
    summary:
      "What fills the disk: by kind of file, and the accounts that hold most",
    scope: "read",
    changes: false,
    input: {
      accounts: optional(
        integer("accounts to list", { min: 0, max: MAX_LARGEST }),
        10,
      ),
    },
    async run(context, { accounts }) {
      return {
        ...await PARTS.get(context),
        accounts: await largest(context, accounts),
      };
    },
  }),
} as const;
