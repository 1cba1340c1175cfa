/**
 * PGP/MIME encrypted data (RFC 3156 §4), and nothing readable beside it.
 *
 * @module
 */
import type { Header } from "../mail/header.ts";
import type { TransferDecoder } from "../mail/transfer_decoding.ts";
import { ArmorReader, isBlank } from "./armor.ts";
import { PartsRule } from "./body_rule.ts";
import { PacketWalk } from "./packet_walk.ts";
import { decoderFor, encodingOf, mediaTypeOf, ShortText } from "./part.ts";
import { LineEnds } from "./line_ends.ts";

const MAX_VERSION_OCTETS = 256;
const MAX_NOTICE_OCTETS = 256; // "this is an OpenPGP message" for clients that know none
const MAX_PREAMBLE_OCTETS = 2048;
const MAX_EPILOGUE_OCTETS = 1024;
const PROTOCOL = "application/pgp-encrypted";
const VERSION = "Version: 1"; // RFC 3156 §4

export interface EncryptedRuleOptions {
  /** Our own users' clients are known; other servers' are not, so more is let through. */
  readonly lenient: boolean;
  readonly acceptOldPacketFormat: boolean;
}

export class EncryptedRule extends PartsRule {
  readonly as = "encrypted";
  readonly encoding = "7bit";
  readonly parameters = ` protocol="${PROTOCOL}";`;
  readonly #lenient: boolean;
  readonly #armor: ArmorReader;
  readonly #version = new ShortText(MAX_VERSION_OCTETS);
  #read = 0;
  #decoder: TransferDecoder | undefined;
  /** For a second part that is encoded: it is stored decoded. */
  #lineEnds: LineEnds | undefined;
  #preambleOctets = 0;
  #preambleText = false;
  #epilogueOctets = 0;

  constructor(boundary: string, options: EncryptedRuleOptions) {
    super(boundary);
    this.#lenient = options.lenient;
    const packets = new PacketWalk({
      acceptOldFormat: options.acceptOldPacketFormat,
    });
    this.#armor = new ArmorReader(packets, {
      maxHeaderLines: options.lenient ? 8 : 0,
      write: (octets) => this.write(this.#lineEnds?.convert(octets) ?? octets),
      writeText: (text) => this.writeText(text),
    });
  }

  preamble(octets: Uint8Array): void {
    this.#preambleOctets += octets.length;
    this.requireLines(octets);
    if (!this.#lenient && !isBlank(octets)) {
      this.#preambleText = true;
      this.require(octets.every(isPrintable));
    }
    this.require(
      this.#preambleOctets <=
        (this.#preambleText ? MAX_NOTICE_OCTETS : MAX_PREAMBLE_OCTETS),
    );
  }

  part(header: Header): void {
    const wanted = this.#read++ === 0 ? PROTOCOL : "application/octet-stream";
    this.#decoder = decoderFor(header);
    this.require(
      this.#read <= 2 && mediaTypeOf(header) === wanted &&
        this.#decoder !== undefined,
    );
    if (this.#read !== 2) return;
    if (isEncoded(header)) this.#lineEnds = new LineEnds();
    this.writePart(wanted);
  }

  body(octets: Uint8Array): void {
    if (!this.#decoder || this.failed) return;
    this.#take(this.#decoder.decode(octets));
  }

  partEnd(): void {
    if (!this.#decoder || this.failed) return;
    this.#take(this.#decoder.finish());
    this.require(!this.#decoder.malformed);
    if (this.#read === 2) return;
    this.require(this.#version.trimmed() === VERSION);
    this.writePart(PROTOCOL);
    this.writeText(`${VERSION}\r\n`);
  }

  epilogue(octets: Uint8Array): void {
    this.#epilogueOctets += octets.length;
    this.require(
      this.#epilogueOctets <= MAX_EPILOGUE_OCTETS && isBlank(octets),
    );
  }

  protected isWhole(): boolean {
    return this.#read === 2 && this.#armor.finish();
  }

  #take(octets: Uint8Array): void {
    if (this.#read === 1) {
      this.#version.add(octets);
      this.require(!this.#version.tooLong);
    } else {
      this.#armor.write(octets);
      this.require(!this.#armor.failed);
    }
  }
}

function isEncoded(header: Header): boolean {
  return ["base64", "quoted-printable"].includes(encodingOf(header) ?? "");
}

/** Printable ASCII, blanks and line ends. */
function isPrintable(octet: number): boolean {
  return (octet >= 0x20 && octet <= 0x7e) ||
    octet === 0x09 || octet === 0x0a || octet === 0x0d;
}
