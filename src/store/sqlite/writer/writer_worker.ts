/**
 * The thread that writes: it owns the only connection that changes the
 * database, and answers one message with one message.
 *
 * @module
 */
import { BatchRunner } from "./batch.ts";
import type { Connection } from "../database/connection.ts";
import { BUSY_TIMEOUT_MS, openWriting, withoutSync } from "../database/open.ts";
import { storageFault } from "../database/errors.ts";
import { dropBallast } from "../files/ballast.ts";
import { JobContext } from "../jobs/context.ts";
import type { WriterOptions } from "../options.ts";
import { answerQuestions } from "../../../observe/worker_link.ts";
import type { FromWriter, ToWriter } from "./writer_protocol.ts";

const SHORT_WAIT_MS = 50;

class WriterThread {
  readonly #db: Connection;
  readonly #runner: BatchRunner;

  constructor(options: WriterOptions) {
    this.#db = openWriting(options);
    const context = new JobContext(this.#db, () => performance.now());
    this.#runner = new BatchRunner(
      context,
      () => {
        dropBallast(options.stateDir);
        this.#emptyLog();
      },
      (work) => withoutSync(this.#db, options.sync, work),
    );
  }

  answer(message: Exclude<ToWriter, { kind: "open" }>): FromWriter {
    switch (message.kind) {
      case "batch": {
        const result = this.#runner.run(message.jobs, message.time);
        return { kind: "batch", ...result };
      }
      case "checkpoint":
        return { kind: "checkpoint", pagesLeft: this.#checkpoint() };
      case "empty_log":
        return { kind: "empty_log", isEmpty: this.#emptyLog() };
      case "vacuum":
        this.#db.execute("VACUUM");
        return { kind: "vacuum" };
      case "close":
        this.#emptyLog();
        this.abandon();
        return { kind: "closed" };
    }
  }

  /** Lets go of the database: what is not committed is undone. */
  abandon(): void {
    this.#db.close();
  }

  /**
   * As far as it goes: on a full disk the database may not be able to grow, and
   * a long read of another process is not waited for.
   */
  #emptyLog(): boolean {
    this.#db.execute(`PRAGMA busy_timeout = ${SHORT_WAIT_MS}`);
    try {
      const sql = "PRAGMA wal_checkpoint(TRUNCATE)";
      return this.#db.row<{ busy: number }>(sql)!.busy === 0;
    } catch (error) {
      if (!storageFault(error)) throw error;
      return false;
    } finally {
      this.#db.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  #checkpoint(): number {
    const row = this.#db.row<{ log: number; checkpointed: number }>(
      "PRAGMA wal_checkpoint(PASSIVE)",
    )!;
    return row.log - row.checkpointed;
  }
}

let thread: WriterThread | undefined;

function answer(message: ToWriter): FromWriter {
  try {
    if (message.kind === "open") {
      thread = new WriterThread(message.options);
      return { kind: "opened" };
    }
    return thread!.answer(message);
  } catch (error) {
    return { kind: "failed", message: String(error) };
  }
}

answerQuestions<ToWriter, FromWriter>(answer, () => thread?.abandon());
