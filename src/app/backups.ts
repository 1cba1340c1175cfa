/** What the configuration says about backups. @module */
import { basename, join, resolve } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { BackupOptions } from "../ops/backup/backups.ts";

export function backupOptions(
  { path }: Pick<LoadedConfig, "path">,
  { server, storage, backup, tls, dkim }: Config,
): BackupOptions {
  return {
    place: {
      stateDir: server.stateDir,
      database: storage.database,
      ...(path === undefined ? {} : { configFile: path }),
    },
    directory: backup.dir === ""
      ? join(server.stateDir, "backups")
      : backup.dir,
    everySeconds: backup.every,
    keep: backup.keep,
    domain: server.domain,
    others: {
      ...(path === undefined ? {} : { [`config/${basename(path)}`]: path }),
      // one that it has made itself is in the state directory
      ...(tls.mode === "file"
        ? {
          "config/tls/fullchain.pem": tls.cert,
          "config/tls/privkey.pem": tls.key,
        }
        : {}),
      ...(dkim.keyFile === undefined ? {} : {
        "config/dkim.pem": resolve(server.stateDir, dkim.keyFile),
      }),
    },
  };
}
