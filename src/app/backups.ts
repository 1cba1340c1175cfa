/** What the configuration says about backups. @module */
import { basename, resolve } from "node:path";
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
    // one that is relative would be somewhere below where the server was started
    directory: resolve(server.stateDir, backup.dir || "backups"),
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
          ...Object.fromEntries(tls.extra.flatMap(({ cert, key }, at) => [
            [`config/tls/extra-${at + 1}/fullchain.pem`, cert],
            [`config/tls/extra-${at + 1}/privkey.pem`, key],
          ])),
        }
        : {}),
      ...(dkim.keyFile === undefined ? {} : {
        "config/dkim.pem": resolve(server.stateDir, dkim.keyFile),
      }),
    },
  };
}
