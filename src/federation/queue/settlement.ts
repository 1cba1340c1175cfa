/**
 * What the queue is told of an attempt: who has it, who failed, when the others
 * are tried again, and whether their destination is to be left alone.
 *
 * @module
 */
import type {
  LeasedRecipient,
  LeasedUnit,
  RecipientOutcome,
  Settlement,
} from "../../store/queue.ts";
import type { UnitOutcome } from "./attempt.ts";
import { nextAttemptSeconds, type RetrySchedule } from "./schedule.ts";
import type { Verdict } from "../verdicts/verdict.ts";

export function settlementOf(
  unit: LeasedUnit,
  outcome: UnitOutcome,
  holder: string,
  schedule: RetrySchedule,
): Settlement {
  const { message, destination } = unit;
  const recipients = unit.recipients.map((recipient) => ({
    n: recipient.n,
    outcome: outcomeFor(recipient, outcome, schedule),
  }));
  const whole = { holder, message, destination, recipients };
  switch (outcome.kind) {
    case "answered":
      return { ...whole, reach: { kind: "reached" } };
    case "unreached": {
      const { note, notBeforeSeconds } = outcome;
      const afterSeconds = nextAttemptSeconds(
        unit.failStreak + 1,
        schedule,
        notBeforeSeconds,
      );
      const reach = {
        kind: "unreached",
        afterSeconds,
        text: note.text,
      } as const;
      return { ...whole, reach };
    }
    case "unreadable":
    case "untried":
      return whole;
  }
}

function outcomeFor(
  recipient: LeasedRecipient,
  outcome: UnitOutcome,
  schedule: RetrySchedule,
): RecipientOutcome {
  switch (outcome.kind) {
    case "untried":
      return { kind: "untried" };
    case "unreached":
      return { kind: "unreached", note: outcome.note };
    case "unreadable":
      return { kind: "held", note: outcome.note };
    case "answered":
      return settled(
        outcome.verdicts.get(recipient.n) ?? UNANSWERED,
        recipient,
        schedule,
      );
  }
}

/** Of whom an attempt says nothing, as little is known as after a lost connection. */
const UNANSWERED: Verdict = {
  kind: "temporary",
  note: { status: "4.3.0", text: "the attempt ended without an answer" },
};

function settled(
  verdict: Verdict,
  { attempts }: LeasedRecipient,
  schedule: RetrySchedule,
): RecipientOutcome {
  switch (verdict.kind) {
    case "delivered":
      return { kind: "delivered" };
    case "permanent":
    case "apart":
      return { kind: "failed", note: verdict.note };
    case "temporary": {
      const { note, notBeforeSeconds } = verdict;
      const afterSeconds = nextAttemptSeconds(
        attempts + 1,
        schedule,
        notBeforeSeconds,
      );
      return { kind: "retry", afterSeconds, note };
    }
  }
}
