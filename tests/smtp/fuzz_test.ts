/**
 * Random octets, and mutated dialogues, in random chunks: a session always comes
 * to an end, holds little, and says only what is a reply. `FUZZ_SECONDS` for longer.
 */
import assert from "node:assert/strict";
import { SmtpSession } from "../../src/smtp/server/session.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { testPolicy } from "./transcript.ts";
import { fuzzSeeds } from "../harness/fuzz.ts";

const REPLIES = /^(?:[2345][0-9][0-9][ -][ -~]*\r\n)*$/;
const WORDS = [
  "EHLO x\r\n",
  "HELO y\r\n",
  "MAIL FROM:<zoe@other.example>\r\n",
  "MAIL FROM:<> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n",
  "RCPT TO:<bob@relay.example>\r\n",
  "RCPT TO:<busy@relay.example>\r\n",
  "DATA\r\n",
  "A: b\r\n\r\nbody\r\n",
  ".\r\n",
  "..\r\n",
  "RSET\r\n",
  "NOOP\r\n",
  "VRFY x\r\n",
  "STARTTLS\r\n",
  "AUTH PLAIN\r\n",
  "AUTH LOGIN YQ==\r\n",
  "AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==\r\n",
  "AUTH PLAIN AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==\r\n",
  "QUIT\r\n",
  "\r\n",
  "\n",
  "\r",
  "<",
  "\0",
  "ü",
  "x".repeat(5000),
];

/** Repeatable numbers below a limit (xorshift32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function octetsFor(random: (limit: number) => number): Uint8Array {
  const mode = random(3);
  if (mode === 0) {
    return Uint8Array.from({ length: random(2000) }, () => random(256));
  }
  let text = "";
  const count = random(40);
  for (let i = 0; i < count; i++) text += WORDS[random(WORDS.length)];
  const octets = new TextEncoder().encode(text);
  for (let i = random(mode === 1 ? 1 : 6); i > 0 && octets.length > 0; i--) {
    octets[random(octets.length)] = random(256);
  }
  return octets;
}

async function play(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const backend = new MemoryBackend();
  let said = "";
  const session = new SmtpSession({
    backend,
    service: random(2) === 0 ? "mx" : "submission",
    secure: random(4) > 0,
    peerAddress: "127.0.0.1",
    policy: testPolicy(random(2) === 0),
    timers: { sleep: () => Promise.resolve(), every: () => () => {} },
    wire: {
      send: (text) => void (said += text),
      startTls: (text) => void (said += text),
      pendingOctets: () => 0,
      admit: () => true,
      sessionEnds: () => {},
    },
  });
  const octets = octetsFor(random);
  for (let at = 0; at < octets.length;) {
    const size = 1 + random(random(2) === 0 ? 3 : 500);
    const effect = await session.receive(octets.slice(at, at + size));
    at += size;
    if (effect === "close") break;
    if (effect === "start_tls") session.secured();
  }
  await session.abandon();
  assert.match(said, REPLIES);
  assert.equal(backend.open, 0);
  assert.deepEqual(backend.bugs, []);
}

Deno.test("a session survives whatever it is sent", async () => {
  for (const seed of fuzzSeeds(200)) {
    try {
      await play(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    }
  }
});
