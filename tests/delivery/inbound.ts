/** Other servers as delivery tests have them: believed or not, without a look at the message. @module */
import type {
  Examination,
  Inbound,
  Judgement,
  ReceivedReport,
} from "../../src/delivery/inbound.ts";
import type { Header } from "../../src/mail/header.ts";
import { type Address, findMailbox } from "../../src/mail/address.ts";
import { authorsOf } from "../../src/pgp/from_rule.ts";

export class TestInbound implements Inbound {
  off = false;
  authenticated = true;
  hides = true;
  awaits = true;
  readonly blocked = new Set<string>();
  readonly reports: ReceivedReport[] = [];
  readonly bodies: string[] = [];
  taken = 0;

  refusal(): "federation_off" | undefined {
    return this.off ? "federation_off" : undefined;
  }

  admits(domain: string): boolean {
    return !this.blocked.has(domain);
  }

  hidesAccounts(): boolean {
    return this.hides;
  }

  examine(): Examination {
    return new TestExamination(this);
  }

  isAwaited(report: ReceivedReport): Promise<boolean> {
    this.reports.push(report);
    return Promise.resolve(this.awaits);
  }
}

class TestExamination implements Examination {
  readonly refusal = undefined;
  #author: Address | undefined;
  #domain = "";
  #body = "";

  constructor(readonly inbound: TestInbound) {}

  header(header: Header): Promise<void> {
    const [author] = authorsOf(header);
    this.#author = findMailbox(author?.written ?? "");
    this.#domain = author?.domain ?? "";
    return Promise.resolve();
  }

  body(octets: Uint8Array): Promise<void> {
    this.#body += new TextDecoder("latin1").decode(octets);
    return Promise.resolve();
  }

  finish(): Promise<Judgement> {
    const { authenticated, bodies } = this.inbound;
    bodies.push(this.#body);
    return Promise.resolve({
      author: this.#author,
      domain: this.#domain,
      authenticated,
    });
  }

  refused(): void {}

  taken(): void {
    this.inbound.taken++;
  }
}
