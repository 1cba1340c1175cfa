/** For tests in which nothing is encrypted by the relay. @module */
import { noticeMessage } from "../../src/delivery/notices/notice_message.ts";
import type { TaskWork } from "../../src/tasks/task.ts";

export const IN_CLEAR: TaskWork["sealer"] = {
  write: (text, envelope) =>
    Promise.resolve({ ...noticeMessage(text, envelope), isEncrypted: false }),
};
