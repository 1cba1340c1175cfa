/**
 * One attempt at one unit of the queue: whether it may still go there, the
 * attempt itself, and those who were refused together once more alone.
 *
 * @module
 */
import type {
  DeliveryNote,
  LeasedRecipient,
  LeasedUnit,
} from "../../store/queue.ts";
import { type FederationPolicy, policyNote } from "../policy/policy.ts";
import type { Attempt, Transport } from "../transport.ts";
import { passingNote, type Verdict } from "../verdicts/verdict.ts";

export type UnitOutcome =
  | Attempt
  /** It waits as it did. */
  | { readonly kind: "untried" };

export interface AttemptParts {
  readonly policy: Pick<FederationPolicy, "outbound">;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** @throws {Error} what the transport throws, which is a bug */
export async function attempt(
  unit: LeasedUnit,
  { policy, transport, signal }: AttemptParts,
): Promise<UnitOutcome> {
  const decision = policy.outbound(unit.destination);
  switch (decision.kind) {
    case "local":
      return forAll(unit, { kind: "permanent", note: BECAME_OURS });
    case "dismissed":
      return forAll(unit, { kind: "delivered" });
    case "refused": {
      const { ground } = decision;
      if (ground.kind === "federation_off") return { kind: "untried" };
      const note = policyNote(unit.destination, ground);
      return forAll(unit, { kind: "permanent", note });
    }
    case "allowed": {
      const { channels } = decision;
      const deliver = (part: LeasedUnit) =>
        transport.deliver(part, channels, signal);
      const whole = await deliver(unit);
      return whole.kind === "answered"
        ? await eachAlone(unit, whole.verdicts, { deliver, signal })
        : whole;
    }
  }
}

/** Queued when the domain was elsewhere. */
const BECAME_OURS: DeliveryNote = {
  status: "5.4.6", // RFC 3463 §3.5
  text: "the domain has become one of this server while the message waited",
};

interface Again {
  readonly signal: AbortSignal;
  deliver(part: LeasedUnit): Promise<Attempt>;
}

/** Those who were refused together get an attempt each, while there is anybody to ask. */
async function eachAlone(
  unit: LeasedUnit,
  together: ReadonlyMap<number, Verdict>,
  { deliver, signal }: Again,
): Promise<Attempt> {
  const verdicts = new Map(together);
  let isReached = true;
  for (const recipient of unit.recipients) {
    const verdict = verdicts.get(recipient.n);
    if (verdict?.kind !== "apart") continue;
    if (unit.recipients.length === 1) {
      verdicts.set(recipient.n, { kind: "permanent", note: verdict.note });
      continue;
    }
    const alone: Attempt | undefined = isReached && !signal.aborted
      ? await deliver({ ...unit, recipients: [recipient] })
      : undefined;
    isReached &&= alone?.kind === "answered";
    verdicts.set(recipient.n, aloneVerdict(recipient, alone, verdict.note));
  }
  return { kind: "answered", verdicts };
}

function aloneVerdict(
  { n }: LeasedRecipient,
  alone: Attempt | undefined,
  together: DeliveryNote,
): Verdict {
  if (alone?.kind === "unreached") {
    return { kind: "temporary", note: alone.note };
  }
  const verdict = alone?.kind === "answered"
    ? alone.verdicts.get(n)
    : undefined;
  if (!verdict) return { kind: "temporary", note: passingNote(together) };
  return verdict.kind === "apart"
    ? { kind: "permanent", note: verdict.note }
    : verdict;
}

function forAll({ recipients }: LeasedUnit, verdict: Verdict): Attempt {
  const verdicts = new Map(recipients.map(({ n }) => [n, verdict]));
  return { kind: "answered", verdicts };
}
