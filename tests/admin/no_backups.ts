/** For tests in which no backup is made. @module */
import type { TaskWork } from "../../src/tasks/task.ts";

export const NO_BACKUPS: TaskWork["backups"] = {
  create: () => Promise.reject(new TypeError("No backup is made here")),
  createIfDue: () => Promise.resolve(undefined),
};
