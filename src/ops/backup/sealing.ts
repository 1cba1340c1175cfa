/** The relay's side of the thread that copies and hashes. @module */
import { errorTold } from "../../base/system_errors.ts";
import {
  UNANSWERED,
  type Unanswered,
  WorkerLink,
} from "../../observe/worker_link.ts";
import type { ManifestEnd } from "./manifest.ts";
import type { GatherRequest, SealReply, SealRequest } from "./seal_worker.ts";

/** One backup in the making; to be ended, whether it is done or not. */
export class Sealing {
  #death: unknown;
  readonly #link = new WorkerLink<GatherRequest | SealRequest, SealReply>(
    { url: new URL("./seal_worker.ts", import.meta.url), name: "backup" },
    (error) => this.#death = error,
  );

  /** Copies what is no part of the store. */
  async gather(request: Omit<GatherRequest, "kind">): Promise<void> {
    this.#done(await this.#link.ask({ kind: "gather", ...request }));
  }

  /** Writes the manifest, durably, and before that brings the files to their place. */
  async seal(request: Omit<SealRequest, "kind">): Promise<ManifestEnd> {
    const reply = this.#done(
      await this.#link.ask({ kind: "seal", ...request }),
    );
    if (reply.kind !== "sealed") throw new TypeError("Out of step");
    return reply.end;
  }

  end(): void {
    this.#link.terminate();
  }

  #done(reply: SealReply | Unanswered) {
    if (reply === UNANSWERED) throw this.#death ?? new Error("It was given up");
    if (reply.kind === "failed") throw errorTold(reply.error);
    return reply;
  }
}
