/** The last run of each periodic task. @module */
import type { TaskRun } from "../../store.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

interface TaskRow extends Omit<TaskRun, "whole"> {
  readonly wholeAt?: number;
  readonly wholeLimit?: number;
}

export class TaskTable {
  constructor(readonly db: Connection) {}

  all(): TaskRun[] {
    return this.db.rows<TaskRow>(
      `SELECT task, started_at AS startedAt, finished_at AS finishedAt, deleted, error,
         whole_at AS wholeAt, whole_limit AS wholeLimit
       FROM task_runs ORDER BY task`,
    ).map((row) => {
      const { wholeAt, wholeLimit, ...run } = withoutNulls(row);
      if (wholeAt === undefined || wholeLimit === undefined) return run;
      return { ...run, whole: { livedAt: wholeAt, limit: wholeLimit } };
    });
  }

  save(run: TaskRun): void {
    this.db.run(
      `INSERT OR REPLACE INTO task_runs
         (task, started_at, finished_at, deleted, error, whole_at, whole_limit)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      run.task,
      run.startedAt,
      run.finishedAt ?? null,
      run.deleted,
      run.error ?? null,
      run.whole?.livedAt ?? null,
      run.whole?.limit ?? null,
    );
  }
}
