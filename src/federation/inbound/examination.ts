/** One message of another server, looked at as it came. @module */
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Examination, Judgement } from "../../delivery/inbound.ts";
import type { ForeignOrigin } from "../../delivery/origin.ts";
import type { Dns } from "../../dns/answers.ts";
import { type Address, findMailbox, parseDomain } from "../../mail/address.ts";
import type { Header } from "../../mail/header.ts";
import type {
  DkimVerdict,
  DkimVerification,
} from "../../mailauth/dkim_verify.ts";
import { authorsOf } from "../../pgp/from_rule.ts";
import type { SenderCheck, Standing } from "./sender_check.ts";

export interface ExaminationParts {
  readonly origin: ForeignOrigin;
  readonly dns: Dns;
  readonly clock: Clock;
  readonly senders: SenderCheck;
  admits(domain: string): boolean;
  /** Somebody here has got a message that is the domain's, or comes from where it is. */
  onTaken(domain: string, sizeOctets: number): void;
  /** What claims to be of the domain was refused. */
  onRefused(domain: string): void;
  /** A domain has signed what somebody here has got. */
  onSigned(domain: string, origin: ForeignOrigin): void;
}

let verifier:
  | Promise<typeof import("../../mailauth/dkim_verify.ts")>
  | undefined;

/** Once: it takes long, and each import() is a search by itself. */
export function loadVerifier() {
  return verifier ??= import("../../mailauth/dkim_verify.ts");
}

const UNSIGNED: DkimVerdict = { passed: [], temporary: false, signed: false };

export class ServerMailExamination implements Examination {
  readonly #parts: ExaminationParts;
  #author: Address | undefined;
  #domain: string | undefined;
  #refusal: Refusal | undefined;
  #signatures: DkimVerification | undefined;
  #isSigned = false;
  #standing: Standing = "claimed";

  constructor(parts: ExaminationParts) {
    this.#parts = parts;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  async header(header: Header): Promise<void> {
    const authors = authorsOf(header);
    if (authors.length > 1) this.#refusal = new Refusal("from_several");
    if (authors.length !== 1) return; // else the gate refuses it
    const { localPart, domain } = authors[0]!;
    this.#author = findMailbox(`${localPart}@${domain}`);
    this.#domain = domainIn(domain);
    if (this.#domain === undefined) return; // so does it this
    if (!this.#parts.admits(this.#domain)) {
      this.#refusal = new Refusal("policy_rejection");
    }
    if (this.#refusal || !this.#needsSignature(header)) return;
    const { DkimVerification } = await loadVerifier();
    const { dns, clock } = this.#parts;
    this.#signatures = new DkimVerification(header, {
      dns,
      nowSeconds: nowSeconds(clock),
      domain: this.#domain,
    });
    this.#signatures.lookAhead();
  }

  body(octets: Uint8Array): void {
    this.#signatures?.write(octets);
  }

  async finish(): Promise<Judgement> {
    const { origin, senders } = this.#parts;
    const domain = this.#domain;
    const author = this.#author;
    if (domain === undefined) throw new Refusal("from_unreadable");
    if (isVouchedFor(origin)) {
      this.#standing = "authenticated";
      return { author, domain, authenticated: true };
    }
    const dkim = await this.#signatures?.finish() ?? UNSIGNED;
    this.#standing = await senders.standing(domain, dkim, {
      peerAddress: "peer" in origin ? origin.peer.address : undefined,
      reversePath: origin.reversePath,
    });
    this.#isSigned = dkim.passed.includes(domain);
    const authenticated = this.#standing === "authenticated";
    return { author, domain, authenticated };
  }

  taken(sizeOctets: number): void {
    const { onTaken, onSigned, origin } = this.#parts;
    if (this.#domain === undefined) return;
    if (this.#standing !== "claimed") onTaken(this.#domain, sizeOctets);
    if (this.#isSigned) onSigned(this.#domain, origin);
  }

  refused(): void {
    if (this.#domain !== undefined) this.#parts.onRefused(this.#domain);
  }

  #needsSignature(header: Header): boolean {
    return header.first("dkim-signature") !== undefined &&
      !this.#domain!.startsWith("[") && !isVouchedFor(this.#parts.origin);
  }
}

function isVouchedFor(origin: ForeignOrigin): boolean {
  return origin.kind === "exchanger" && origin.trusted;
}

function domainIn(text: string): string | undefined {
  try {
    return parseDomain(text);
  } catch {
    return undefined;
  }
}
