/** Periodic jobs as operations see them; app/ passes in what runs them. @module */
export interface TaskShape {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly schedule: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly last_started_at: number | null;
  readonly last_finished_at: number | null;
  readonly last_deleted: number | null;
  readonly last_error: string | null;
}

export interface TaskOutcome {
  readonly task: string;
  readonly skipped: boolean;
  readonly dry_run: boolean;
  readonly deleted_messages: number;
  readonly deleted_accounts: number;
  readonly detail: string;
  /** Why it was stopped or failed, where the other tasks of a run went on. */
  readonly error: string | null;
}

export interface TaskRunOptions {
  /** Overrides the age in the settings. */
  readonly retentionSeconds?: number;
  readonly dryRun?: boolean;
  /** However much it deletes. */
  readonly confirmed?: boolean;
}

/** A task that does not run until somebody says that its size is meant. */
export interface StoppedTask {
  readonly task: string;
  readonly reason: string;
}

export interface TaskControl {
  list(): Promise<TaskShape[]>;
  /** @throws {Refusal} `not_found`, `task_running`, `invalid_value`, `confirmation_required` */
  run(name: string, options: TaskRunOptions): Promise<TaskOutcome>;
  runAll(options: TaskRunOptions): Promise<TaskOutcome[]>;
  /** What the tasks go by now, as duration texts. */
  ages(): { messageRetention: string; unusedAccountRetention: string };
  /** Those whose last scheduled run was too large. */
  stopped(): readonly StoppedTask[];
  readonly periodic: boolean;
}
