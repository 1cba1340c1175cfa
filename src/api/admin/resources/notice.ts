/** `/admin/notice`: what the operator has to say to people here. @module */
import { optional } from "valibot";
import { choice, duration, line, text } from "../../../admin/fields.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

/** So long an answer waits for all to have it; then it says how many have. */
const LONGEST_WAIT_SECONDS = 30;

export const NOTICE_RESOURCES: readonly Resource[] = [{
  path: "/admin/notice",
  methods: {
    GET: shows(({ context }) => perform(context, "notice.status", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        subject: line("of the message", 200),
        body: text("of the message"),
        recipient: optional(text("one account; all without it")),
        audience: optional(
          choice("where none is named", [
            "all",
            "inactive",
            "never",
            "over_quota",
          ]),
        ),
        inactive_for: optional(duration("since the last login")),
        key: optional(line("what has it is the same notice", 100)),
      },
      async run({ context, body }) {
        const { inactive_for, ...rest } = body;
        const begun = await perform(context, "notice.send", {
          ...given(rest),
          ...(inactive_for === undefined
            ? {}
            : { inactive_for: `${inactive_for}s` }),
          confirmed: true,
          background: true,
        });
        const job = begun.job === null
          ? undefined
          : await perform(context, "jobs.show", {
            id: begun.job.id,
            wait: LONGEST_WAIT_SECONDS,
          });
        const { sent, failed, errors } = job
          ? { sent: job.done, failed: job.failed, errors: job.errors }
          : begun;
        return new ResourceAnswer(sent === 0 && failed > 0 ? 500 : 200, {
          sent,
          failed,
          ...(errors.length === 0 ? {} : { errors }),
          id: begun.id,
          state: job?.state ?? begun.state,
          job: job?.id ?? null,
          duplicate: begun.duplicate,
        });
      },
    }),
  },
}];
