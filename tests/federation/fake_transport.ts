/** Units and a transport for tests: it answers as it is told, or when. @module */
import type { QueueId } from "../../src/base/ids.ts";
import type { Address } from "../../src/mail/address.ts";
import type {
  DeliveryNote,
  LeasedUnit,
  Settlement,
} from "../../src/store/queue.ts";
import type { Channel } from "../../src/federation/policy/rules.ts";
import type { Attempt, Transport } from "../../src/federation/transport.ts";
import type { Verdict } from "../../src/federation/verdicts/verdict.ts";

export function note(status: string): DeliveryNote {
  return { status, text: `said ${status}` };
}

export function unitFor(
  destination: string,
  names: readonly string[],
  { attempts = 0, ...more }: Partial<LeasedUnit> & { attempts?: number } = {},
): LeasedUnit {
  return {
    message: 1 as QueueId,
    mailId: "x",
    destination,
    reversePath: "ann@relay.example",
    recipients: names.map((name, n) => ({
      n,
      address: name as Address,
      attempts,
    })),
    origin: "submission",
    sizeOctets: 10,
    prefix: new Uint8Array(),
    eightBit: false,
    utf8: false,
    queuedAt: 0,
    failStreak: 0,
    ...more,
  };
}

/** `delivered`, `apart 5.1.1`, … by address; `*` is everybody. */
export type Answer = Attempt["kind"] | Readonly<Record<string, string>>;

export interface Call {
  readonly destination: string;
  readonly names: readonly string[];
  readonly channels: readonly Channel[];
  readonly signal: AbortSignal;
}

export function fakeTransport(
  answer: (names: readonly string[], call: Call) => Answer | Promise<Answer>,
): { transport: Transport; calls: Call[] } {
  const calls: Call[] = [];
  const transport: Transport = {
    async deliver(unit, channels, signal) {
      const names = unit.recipients.map(({ address }) => address);
      const { destination } = unit;
      const call = { destination, names, channels, signal };
      calls.push(call);
      return attemptOf(unit, await answer(names, call));
    },
  };
  return { transport, calls };
}

function attemptOf(unit: LeasedUnit, answer: Answer): Attempt {
  if (answer === "unreached") return { kind: answer, note: note("4.4.1") };
  if (answer === "unreadable") return { kind: answer, note: note("4.3.0") };
  const verdicts = new Map<number, Verdict>();
  for (const { n, address } of unit.recipients) {
    const words = answer === "answered"
      ? "delivered"
      : answer[address] ?? answer["*"];
    if (words !== undefined) verdicts.set(n, verdictOf(words));
  }
  return { kind: "answered", verdicts };
}

function verdictOf(words: string): Verdict {
  const [kind, status = ""] = words.split(" ");
  switch (kind) {
    case "delivered":
      return { kind };
    case "permanent":
    case "temporary":
    case "apart":
      return { kind, note: note(status) };
    default:
      throw new TypeError(`No verdict: ${words}`);
  }
}

/** `retry 10 4.2.1` for each recipient. */
export function shown({ recipients }: Settlement): string[] {
  return recipients.map(({ outcome }) => {
    switch (outcome.kind) {
      case "delivered":
      case "untried":
        return outcome.kind;
      case "retry":
        return `retry ${outcome.afterSeconds} ${outcome.note.status}`;
      default:
        return `${outcome.kind} ${outcome.note.status}`;
    }
  });
}
