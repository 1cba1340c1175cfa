/** What one writer is told of mail that could not be delivered: in a reply, or in one report. @module */

/** `promised`: taken, so that there will be a report; `told`: refused by the reply. */
type State = "unanswered" | "promised" | "told";

export class ReportLedger {
  readonly #states = new Map<string, State>();

  constructor(readonly address: string) {}

  /** A message to somebody unknown was handed over, perhaps again. */
  expect(id: string): void {
    if (!this.#states.has(id)) this.#states.set(id, "unanswered");
  }

  answered(id: string, how: "promised" | "told"): void {
    this.#states.set(id, how);
  }

  get promised(): number {
    return [...this.#states.values()].filter((one) => one === "promised")
      .length;
  }

  /** @param reports All that there are. @returns what is wrong, one line each */
  compare(reports: readonly string[]): string[] {
    const faults: string[] = [];
    const counts = new Map<string, number>();
    for (const report of reports) {
      const id = reportedId(report);
      if (id === undefined || !this.#states.has(id)) {
        faults.push(`${this.address}: a report of ${id}: ${report}`);
      } else counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [id, state] of this.#states) {
      const count = counts.get(id) ?? 0;
      const fits = {
        unanswered: count <= 1,
        promised: count === 1,
        told: count === 0,
      };
      if (!fits[state]) {
        faults.push(`${this.address}: ${count} reports of ${id}, ${state}`);
      }
    }
    return faults;
  }
}

/** Of a report that names nobody but who is unknown (RFC 3464 §2.3). */
function reportedId(report: string): string | undefined {
  const named = [...report.matchAll(/^Final-Recipient: rfc822; (.*)\r$/gm)];
  if (!named.every(([, address]) => address?.startsWith(`${UNKNOWN}@`))) {
    return undefined;
  }
  return /^Message-ID: <([^@>]+)@localhost>\r$/m.exec(report)?.[1];
}

/** Somebody whom no relay knows. */
export const UNKNOWN = "nobody";
