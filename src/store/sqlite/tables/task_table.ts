/** The last run of each periodic task. @module */
import type { TaskRun } from "../../store.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

export class TaskTable {
  constructor(readonly db: Connection) {}

  all(): TaskRun[] {
    return this.db.rows<TaskRun>(
      `SELECT task, started_at AS startedAt, finished_at AS finishedAt, deleted, error
       FROM task_runs ORDER BY task`,
    ).map(withoutNulls);
  }

  save(run: TaskRun): void {
    this.db.run(
      `INSERT OR REPLACE INTO task_runs (task, started_at, finished_at, deleted, error)
       VALUES (?, ?, ?, ?, ?)`,
      run.task,
      run.startedAt,
      run.finishedAt ?? null,
      run.deleted,
      run.error ?? null,
    );
  }
}
