/**
 * How fast the encryption gate and the MIME parser read: MB/s of one large message,
 * and microseconds for a small one. On one core, without I/O.
 *
 * @module
 */
import { parseAddress } from "../../src/mail/address.ts";
import { MimeParser } from "../../src/mail/mime_parser.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import { largeMessage } from "../gate/messages.ts";
import type { Row } from "./measure.ts";

const account = parseAddress("ann@relay.example");

function newGate(): EncryptionGate {
  return new EncryptionGate(
    { profile: "out", account, recipients: [account] },
    {
      acceptOldPacketFormat: true,
      allowAutocryptSetup: true,
      fold: (address) => address,
      isLocal: (domain) => domain === "relay.example",
    },
  );
}

function passGate(mail: Uint8Array, chunkOctets: number): void {
  const gate = newGate();
  for (let at = 0; at < mail.length; at += chunkOctets) {
    gate.write(mail.subarray(at, at + chunkOctets));
  }
  if (!gate.finish().passes) throw new Error("The gate refused the message");
}

function parseMime(mail: Uint8Array, chunkOctets: number): void {
  const parser = new MimeParser();
  for (let at = 0; at < mail.length; at += chunkOctets) {
    parser.write(mail.subarray(at, at + chunkOctets));
  }
  parser.finish();
}

/** Milliseconds of the fastest of some rounds. */
function fastest(rounds: number, work: () => void): number {
  let best = Infinity;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** "Gate": no part of B1 to B10, since it needs no relay. */
export function measureGate(): Row[] {
  const large = largeMessage(30e6);
  const small = largeMessage(3000);
  const speed = (work: () => void) =>
    Math.round(large.length / 1000 / fastest(5, work));
  const benchmark = "Gate";
  const chunks = [65_536, 16_384, 1400].map((size): Row => ({
    benchmark,
    measure: `30 MB in chunks of ${size} octets`,
    value: speed(() => passGate(large, size)),
    unit: "MB/s",
    required: "≥ 200",
  }));
  const thousands = fastest(5, () => {
    for (let i = 0; i < 5000; i++) passGate(small, 65_536);
  }) / 5;
  return [
    ...chunks,
    {
      benchmark,
      measure: "MIME parser, 30 MB",
      value: speed(() => parseMime(large, 65_536)),
      unit: "MB/s",
    },
    {
      benchmark,
      measure: `a message of ${small.length} octets`,
      value: Math.round(thousands),
      unit: "µs",
    },
  ];
}
