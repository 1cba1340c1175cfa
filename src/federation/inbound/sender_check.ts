/**
 * Who is believed to have written what another server brings, by how strictly
 * the operator wants it. Only the From field counts: that is what people see.
 *
 * @module
 */
import { Refusal } from "../../base/refusal.ts";
import type { Dns } from "../../dns/answers.ts";
import type { DkimVerdict } from "../../mailauth/dkim_verify.ts";
import type { KnownSigners } from "./known_signers.ts";
import { type Arrival, literalOf, matchOrigin } from "./origin_match.ts";

/**
 * `strict`: the author's domain has signed the message. `balanced`: or the domain
 * is not known to sign its mail, and it comes from where the domain is. `open`:
 * anything.
 */
export type InboundAuth = "strict" | "balanced" | "open";

/**
 * How far an author's domain has shown that a message is its own: by a signature
 * or as the address that it came from; by the servers that it came from; not.
 */
export type Standing = "authenticated" | "plausible" | "claimed";

export interface SenderCheckParts {
  readonly dns: Dns;
  readonly signers: Pick<KnownSigners, "isKnown">;
  settings(): {
    readonly auth: InboundAuth;
    /** Mail of an IP address comes from there, also while all else is believed. */
    readonly checkLiterals: boolean;
  };
}

export class SenderCheck {
  constructor(readonly parts: SenderCheckParts) {}

  /**
   * @param domain Of the author, canonical
   * @throws {Refusal} `literal_mismatch`, `signature_missing`, `signature_invalid`, `sender_uncheckable`, `origin_uncheckable`
   */
  async standing(
    domain: string,
    dkim: DkimVerdict,
    arrival: Arrival,
  ): Promise<Standing> {
    if (domain.startsWith("[")) return this.#ofLiteral(domain, arrival);
    if (dkim.passed.includes(domain)) return "authenticated";
    switch (this.parts.settings().auth) {
      case "open":
        return "claimed";
      case "strict":
        throw refusalFor(dkim);
      case "balanced":
        await this.#requireOrigin(domain, dkim, arrival);
        return "plausible";
    }
  }

  #ofLiteral(domain: string, { peerAddress }: Arrival): Standing {
    if (literalOf(peerAddress ?? "") === domain) return "authenticated";
    const { auth, checkLiterals } = this.parts.settings();
    if (auth === "open" && !checkLiterals) return "claimed";
    throw new Refusal("literal_mismatch");
  }

  async #requireOrigin(
    domain: string,
    dkim: DkimVerdict,
    arrival: Arrival,
  ): Promise<void> {
    const { dns, signers } = this.parts;
    if (dkim.temporary || signers.isKnown(domain)) throw refusalFor(dkim);
    const { signingPromise } = await import("../../mailauth/sender_policy.ts");
    const promise = await signingPromise(dns, domain);
    if (promise === "signs_all") throw refusalFor(dkim);
    const match = promise === "temporary"
      ? "temporary"
      : await matchOrigin(dns, domain, arrival);
    if (match === "temporary") {
      throw new Refusal(
        dkim.signed ? "sender_uncheckable" : "origin_uncheckable",
      );
    }
    if (match === "none") throw refusalFor(dkim);
  }
}

function refusalFor({ temporary, signed }: DkimVerdict): Refusal {
  if (temporary) return new Refusal("sender_uncheckable");
  return new Refusal(signed ? "signature_invalid" : "signature_missing");
}
