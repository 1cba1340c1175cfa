/** A copy of the store while it works. @module */
import { basename } from "node:path";
import { errorTold } from "../../../base/system_errors.ts";
import {
  UNANSWERED,
  type Unanswered,
  WorkerLink,
} from "../../../observe/worker_link.ts";
import type { SnapshotOptions, StoreSnapshot } from "../../snapshot.ts";
import type { BlobFiles } from "../files/blob_files.ts";
import type { SnapshotReply, SnapshotRequest } from "./snapshot_worker.ts";

export interface SnapshotParts {
  /** Of the database. */
  readonly path: string;
  readonly files: BlobFiles;
}

/**
 * The database and all contents as they are now, below a directory that
 * exists and is empty.
 *
 * @throws {Error} why there is none; what is there then is no snapshot
 */
export async function takeSnapshot(
  { path, files }: SnapshotParts,
  target: string,
  { signal, withoutMail = false }: SnapshotOptions = {},
): Promise<StoreSnapshot> {
  signal?.throwIfAborted();
  let death: unknown;
  const link = new WorkerLink<SnapshotRequest, SnapshotReply>(
    { url: new URL("./snapshot_worker.ts", import.meta.url), name: "snapshot" },
    (error) => death = error,
  );
  const giveUp = () => link.terminate();
  signal?.addEventListener("abort", giveUp, { once: true });
  function done(reply: SnapshotReply | Unanswered) {
    if (reply === UNANSWERED) throw death ?? signal?.reason;
    if (reply.kind === "failed") throw errorTold(reply.error);
    return reply;
  }
  try {
    const { stateDir } = files;
    const begun = await files.keepingAll(async () =>
      done(
        await link.ask({
          kind: "begin",
          database: path,
          stateDir,
          target,
          withMail: !withoutMail,
        }),
      )
    );
    done(await link.ask({ kind: "copy" }));
    if (begun.kind !== "begun") throw new TypeError("Out of step");
    const { accounts, messages, missing } = begun;
    return { database: basename(path), accounts, messages, missing };
  } finally {
    signal?.removeEventListener("abort", giveUp);
    link.terminate();
  }
}
