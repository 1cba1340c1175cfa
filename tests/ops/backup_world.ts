/** A store with mail and its backups, for tests. @module */
import { Backups } from "../../src/ops/backup/backups.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "../store/engines.ts";
import { addAccount, deliver, TestClock } from "../store/store_world.ts";
import type { AccountId } from "../../src/base/ids.ts";

export const LARGE = "0123456789".repeat(20_000);
const EVERY_SECONDS = 86_400;

export interface BackupWorld {
  readonly store: Store;
  readonly account: AccountId;
  readonly clock: TestClock;
  readonly stateDir: string;
  readonly backups: Backups;
  /** A directory for whatever the test makes. */
  readonly scratch: string;
}

/** A store with one small and one large message, and a key beside it. */
export function backupTest(
  name: string,
  test: (world: BackupWorld) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const scratch = await Deno.makeTempDir({ prefix: "postern-backup-" });
    const stateDir = `${scratch}/state`;
    const clock = new TestClock();
    const store = await openTestStore({ stateDir, clock });
    try {
      await Deno.mkdir(`${stateDir}/dkim`);
      await Deno.writeTextFile(`${stateDir}/dkim/key.pem`, "a key");
      const account = await addAccount(store, "ann");
      await deliver(store, [account], "small");
      await deliver(store, [account], LARGE);
      const backups = new Backups({
        store,
        clock,
        version: "1.2.3",
        options: () => ({
          place: { stateDir, database: "chat.db" },
          directory: `${scratch}/backups`,
          everySeconds: EVERY_SECONDS,
          keep: 2,
          domain: "chat.example",
          others: {},
        }),
      });
      await test({ store, account, clock, stateDir, backups, scratch });
    } finally {
      await store.close();
      await Deno.remove(scratch, { recursive: true });
    }
  });
}
