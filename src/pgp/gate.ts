/**
 * The encryption gate: decides whether a message may enter the relay.
 *
 * It reads the message once, as its octets arrive, and keeps the header and nothing
 * else. A message passes if it is encrypted as a whole, with nothing readable in or
 * around the encrypted data, or is one of the few that cannot be encrypted.
 *
 * @module
 */
import { parameterOf } from "../mail/content_type.ts";
import type { Header } from "../mail/header.ts";
import { HeaderReader } from "../mail/header_reader.ts";
import { boundaryOf, type PartsRule, RuledBody } from "./body_rule.ts";
import { EncryptedRule } from "./encrypted_rule.ts";
import { authorRefusal, authorsOf } from "./from_rule.ts";
import { contentTypeOf } from "./part.ts";
import { ReportRule, SecureJoinRule, SetupMessageRule } from "./text_rules.ts";
import type {
  GateFacts,
  GateOptions,
  GatePass,
  GateRefusal,
  Verdict,
} from "./verdict.ts";

const MAX_RECEIVED_FIELDS = 50;
const MAX_LINE_OCTETS = 998; // RFC 5322 §2.1.1
const MAX_LINE_OCTETS_FROM_OTHERS = 8192;
const MAX_JOIN_RECIPIENTS = 10; // one contact may be reachable on several relays
/** Largest message by what it passes as, in octets; others have no limit here. */
const MAX_OCTETS: Readonly<Record<GatePass, number>> = {
  encrypted: Infinity,
  secure_join: 64 * 1024,
  report: 1024 * 1024,
  autocrypt_setup: 256 * 1024,
};

export class EncryptionGate {
  readonly #facts: GateFacts;
  readonly #options: GateOptions;
  readonly #headerReader: HeaderReader;
  #body: RuledBody | undefined;
  #maxOctets = Infinity;
  #octets = 0;
  #refusal: GateRefusal | undefined;

  constructor(facts: GateFacts, options: GateOptions) {
    this.#facts = facts;
    this.#options = options;
    this.#headerReader = new HeaderReader(options.maxHeaderOctets);
  }

  /** Set as soon as the message cannot pass any more. `finish` gives the same. */
  get refusal(): GateRefusal | undefined {
    return this.#refusal;
  }

  /** Set once the header is whole; always after `finish`, unless it is too large. */
  get header(): Header | undefined {
    return this.#headerReader.header;
  }

  /** Octets of the message so far. */
  get sizeOctets(): number {
    return this.#octets;
  }

  /** Takes the next octets. Keeps none of the body, and never throws. */
  write(octets: Uint8Array): void {
    this.#octets += octets.length;
    if (this.#refusal) return;
    let taken = 0;
    if (!this.header) {
      taken = this.#headerReader.write(octets);
      if (this.#headerReader.tooLarge) this.#refusal = "header_too_large";
      if (this.header) this.#startBody(this.header);
      if (!this.#body) return;
    }
    if (taken < octets.length) this.#body?.write(octets.subarray(taken));
    if (this.#body?.failed || this.#octets > this.#maxOctets) {
      this.#refusal = "encryption_needed";
    }
  }

  /** The message is whole. */
  finish(): Verdict {
    if (this.#octets === 0) this.#refusal = "message_empty";
    if (!this.header && !this.#refusal) {
      const header = this.#headerReader.finish();
      if (header) this.#startBody(header);
    }
    if (this.#refusal) return { passes: false, code: this.#refusal };
    const as = this.#body?.finish();
    if (as) return { passes: true, as };
    this.#refusal = "encryption_needed";
    return { passes: false, code: this.#refusal };
  }

  #startBody(header: Header): void {
    this.#refusal = headerRefusal(header, this.#facts) ??
      authorRefusal(header, this.#facts, this.#options.fold);
    if (this.#refusal) return;
    const boundary = boundaryOf(header);
    const rule = boundary && ruleFor(header, this.#facts, this.#options);
    if (!rule) {
      this.#refusal = "encryption_needed";
      return;
    }
    this.#maxOctets = MAX_OCTETS[rule.as];
    this.#body = new RuledBody(boundary, rule);
  }
}

function headerRefusal(
  header: Header,
  facts: GateFacts,
): GateRefusal | undefined {
  const maxLine = facts.profile === "in"
    ? MAX_LINE_OCTETS_FROM_OTHERS
    : MAX_LINE_OCTETS;
  if (
    header.malformed || header.fields.length === 0 ||
    header.longestLine > maxLine
  ) return "header_malformed";
  return header.all("received").length > MAX_RECEIVED_FIELDS
    ? "routing_loop"
    : undefined;
}

/** The only rule by which a message with that header can pass. */
function ruleFor(
  header: Header,
  facts: GateFacts,
  options: GateOptions,
): PartsRule | undefined {
  const contentType = contentTypeOf(header);
  switch (contentType?.subtype) {
    case "encrypted": {
      const protocol = parameterOf(contentType.parameters, "protocol");
      const isPgp = protocol === undefined || // older clients leave it out
        protocol.toLowerCase() === "application/pgp-encrypted";
      if (!isPgp) return undefined;
      return new EncryptedRule({
        lenient: facts.profile === "in",
        acceptOldPacketFormat: options.acceptOldPacketFormat,
      });
    }
    case "mixed":
      return header.first("secure-join")
        ? secureJoinRule(header, facts)
        : setupMessageRule(header, facts, options);
    case "report": {
      const type = parameterOf(contentType.parameters, "report-type");
      const isDelivery = type === undefined ||
        type.toLowerCase() === "delivery-status";
      return isDelivery ? reportRule(header, facts) : undefined;
    }
  }
  return undefined;
}

function secureJoinRule(
  header: Header,
  facts: GateFacts,
): PartsRule | undefined {
  const [field, ...more] = header.all("secure-join");
  const step = field && header.text(field);
  if (more.length > 0 || (step !== "vc-request" && step !== "vg-request")) {
    return undefined;
  }
  return recipientCount(facts) <= MAX_JOIN_RECIPIENTS
    ? new SecureJoinRule(step)
    : undefined;
}

function reportRule(header: Header, facts: GateFacts): PartsRule | undefined {
  if (facts.profile !== "in" || recipientCount(facts) !== 1) return undefined;
  const fromDaemon = facts.reversePath === "" ||
    /^mailer-daemon@[^@]*$/i.test(facts.reversePath);
  const byDaemon = authorsOf(header).some(({ localPart }) =>
    /^(?:mailer-daemon|postmaster)$/i.test(localPart)
  );
  // RFC 3834 §5; what stands behind the keyword does not matter here.
  const automatic = header.textOf("auto-submitted")?.split(/[\s;(]/)[0] ?? "";
  const isAutomatic = automatic !== "" && automatic.toLowerCase() !== "no";
  return fromDaemon && byDaemon && isAutomatic ? new ReportRule() : undefined;
}

function setupMessageRule(
  header: Header,
  facts: GateFacts,
  options: GateOptions,
): PartsRule | undefined {
  const toSelf = facts.profile === "append" ||
    (facts.profile === "out" && facts.recipients.length === 1 &&
      facts.recipients[0] === facts.account);
  const isSetup = header.all("autocrypt-setup-message").length === 1 &&
    header.textOf("autocrypt-setup-message") === "v1" &&
    header.all("subject").length === 1 &&
    header.textOf("subject") === "Autocrypt Setup Message";
  return options.allowAutocryptSetup && toSelf && isSetup
    ? new SetupMessageRule()
    : undefined;
}

function recipientCount(facts: GateFacts): number {
  switch (facts.profile) {
    case "out":
      return facts.recipients.length;
    case "append":
      return 1;
    case "in":
      return facts.recipientCount;
  }
}
