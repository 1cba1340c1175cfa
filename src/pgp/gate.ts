/**
 * The encryption gate: decides whether a message may enter the relay.
 *
 * It reads the message once, as its octets arrive, and keeps the header and nothing
 * else. A message passes if it is encrypted as a whole, with nothing readable in or
 * around the encrypted data, or is one of the few that cannot be encrypted. What it
 * gives back of the body is what may be stored: readers that understand MIME
 * otherwise than the gate find nothing else there.
 *
 * @module
 */
import { type ContentType, parameterOf } from "../mail/content_type.ts";
import type { Header } from "../mail/header.ts";
import { HeaderReader } from "../mail/header_reader.ts";
import { boundaryOf, type PartsRule, RuledBody } from "./body_rule.ts";
import { EncryptedRule } from "./encrypted_rule.ts";
import { authorRefusal, onlyAuthor } from "./from_rule.ts";
import { contentTypeOf } from "./part.ts";
import { ReportRule } from "./report_rule.ts";
import { SecureJoinRule, SetupMessageRule } from "./text_rules.ts";
import type {
  GateFacts,
  GateOptions,
  GatePass,
  GateRefusal,
  MessageForm,
  Verdict,
} from "./verdict.ts";

const MAX_RECEIVED_FIELDS = 50;
const MAX_LINE_OCTETS = 998; // RFC 5322 §2.1.1
const MAX_LINE_OCTETS_FROM_OTHERS = 8192;
const MAX_JOIN_RECIPIENTS = 10; // one contact may be reachable on several relays
/** Largest message by what it passes as, in octets; others have no limit here. */
const MAX_OCTETS: Readonly<Record<GatePass, number>> = {
  encrypted: Infinity,
  secure_join: 8 * 1024,
  report: 1024 * 1024,
  autocrypt_setup: 256 * 1024,
};

const NOTHING: readonly Uint8Array[] = [];

/** The header of a multipart message. */
interface Multipart {
  readonly header: Header;
  readonly type: ContentType;
  readonly boundary: string;
}

export class EncryptionGate {
  readonly #facts: GateFacts;
  readonly #options: GateOptions;
  readonly #headerReader: HeaderReader;
  #body: RuledBody | undefined;
  #report: ReportRule | undefined;
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

  /** How the header has to describe the body; set with the header, if the message may pass. */
  get form(): MessageForm | undefined {
    return this.#body?.form;
  }

  /** Message-ID of the message that a report is about, as it says. */
  get reportedId(): string | undefined {
    return this.#report?.messageId;
  }

  /**
   * Takes the next octets, and gives what is to be stored of the body by now: pieces
   * that are valid as long as `octets`. Never throws.
   */
  write(octets: Uint8Array): readonly Uint8Array[] {
    this.#octets += octets.length;
    if (this.#refusal) return NOTHING;
    let taken = 0;
    if (!this.header) {
      taken = this.#headerReader.write(octets);
      if (this.#headerReader.tooLarge) this.#refusal = "header_too_large";
      if (this.header) this.#startBody(this.header);
    }
    const body = this.#body;
    if (!body) return NOTHING;
    const written = taken < octets.length
      ? body.write(octets.subarray(taken))
      : NOTHING;
    if (!body.failed && this.#octets <= this.#maxOctets) return written;
    this.#refusal = "encryption_needed";
    return NOTHING;
  }

  /** The message is whole. */
  finish(): Verdict {
    if (this.#octets === 0) this.#refusal = "message_empty";
    if (!this.header && !this.#refusal) {
      const header = this.#headerReader.finish();
      if (header) this.#startBody(header);
    }
    if (this.#refusal) return { passes: false, code: this.#refusal };
    const rest = this.#body?.finish();
    if (this.form && rest) return { passes: true, as: this.form.as, rest };
    this.#refusal = "encryption_needed";
    return { passes: false, code: this.#refusal };
  }

  #startBody(header: Header): void {
    this.#refusal = headerRefusal(header, this.#facts) ??
      authorRefusal(header, this.#facts, this.#options);
    if (this.#refusal) return;
    const type = contentTypeOf(header);
    const boundary = type && boundaryOf(type, header);
    const rule = boundary &&
      ruleFor({ header, type, boundary }, this.#facts, this.#options);
    if (!rule) {
      this.#refusal = "encryption_needed";
      return;
    }
    if (rule instanceof ReportRule) this.#report = rule;
    this.#maxOctets = MAX_OCTETS[rule.as];
    this.#body = new RuledBody(boundary, type.subtype, rule);
  }
}

function headerRefusal(
  header: Header,
  facts: GateFacts,
): GateRefusal | undefined {
  const maxLine = facts.profile === "in"
    ? MAX_LINE_OCTETS_FROM_OTHERS
    : MAX_LINE_OCTETS;
  if (header.malformed || header.fields.length === 0) return "header_malformed";
  if (header.longestLine > maxLine) return "header_line_too_long";
  return header.all("received").length > MAX_RECEIVED_FIELDS
    ? "routing_loop"
    : undefined;
}

/** The only rule by which a message with that header can pass. */
function ruleFor(
  message: Multipart,
  facts: GateFacts,
  options: GateOptions,
): PartsRule | undefined {
  const { header, boundary, type: { subtype, parameters } } = message;
  switch (subtype) {
    case "encrypted": {
      const protocol = parameterOf(parameters, "protocol");
      const isPgp = protocol === undefined || // older clients leave it out
        protocol.toLowerCase() === "application/pgp-encrypted";
      if (!isPgp) return undefined;
      return new EncryptedRule(boundary, {
        lenient: facts.profile === "in",
        acceptOldPacketFormat: options.acceptOldPacketFormat,
      });
    }
    case "mixed":
      return header.first("secure-join")
        ? secureJoinRule(message, facts)
        : setupMessageRule(message, facts, options);
    case "report": {
      const type = parameterOf(parameters, "report-type");
      const isDelivery = type === undefined ||
        type.toLowerCase() === "delivery-status";
      return isDelivery ? reportRule(message, facts) : undefined;
    }
  }
  return undefined;
}

function secureJoinRule(
  { header, boundary }: Multipart,
  facts: GateFacts,
): PartsRule | undefined {
  const [field, ...more] = header.all("secure-join");
  const step = field && header.text(field);
  if (more.length > 0 || (step !== "vc-request" && step !== "vg-request")) {
    return undefined;
  }
  // What passes in clear has one author, whom its reader sees.
  const hasAuthor = facts.profile === "append" || onlyAuthor(header);
  return hasAuthor && recipientCount(facts) <= MAX_JOIN_RECIPIENTS
    ? new SecureJoinRule(boundary, step)
    : undefined;
}

function reportRule(
  { header, boundary }: Multipart,
  facts: GateFacts,
): PartsRule | undefined {
  if (
    facts.profile !== "in" || !facts.awaitsReport || recipientCount(facts) !== 1
  ) return undefined;
  const fromDaemon = facts.reversePath === "" ||
    /^mailer-daemon@[^@]*$/i.test(facts.reversePath);
  const byDaemon = /^(?:mailer-daemon|postmaster)$/i
    .test(onlyAuthor(header)?.localPart ?? "");
  // RFC 3834 §5; what stands behind the keyword does not matter here.
  const automatic = /^[a-z-]*/i.exec(header.textOf("auto-submitted") ?? "");
  const keyword = automatic?.[0].toLowerCase() ?? "";
  const isAutomatic = keyword !== "" && keyword !== "no";
  return fromDaemon && byDaemon && isAutomatic
    ? new ReportRule(boundary)
    : undefined;
}

function setupMessageRule(
  { header, boundary }: Multipart,
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
    ? new SetupMessageRule(boundary)
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
