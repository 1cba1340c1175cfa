/** COMPRESS=DEFLATE (RFC 4978) in a session, with zlib as the client. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { MemoryWire } from "./memory_wire.ts";
import { transcript } from "./transcript.ts";
import { Stage } from "./transcript.ts";
import { memoryWorld } from "./world.ts";

const FLUSHED = { finishFlush: constants.Z_SYNC_FLUSH };

function compressing() {
  return memoryWorld((backend) =>
    backend.current = { ...backend.current, compress: true }
  );
}

async function compressedStage(): Promise<{ stage: Stage; wire: MemoryWire }> {
  const stage = new Stage(compressing(), {});
  const wire = stage.connect();
  wire.push("A LOGIN ann@relay.example secret\r\n");
  wire.push("B COMPRESS DEFLATE\r\n");
  await stage.settle();
  assert.equal(stage.log.at(-1), "S: B OK DEFLATE active");
  wire.written.length = 0;
  return { stage, wire };
}

function said(wire: MemoryWire): string {
  return inflateRawSync(Buffer.concat(wire.written), FLUSHED).toString();
}

async function settle(stage: Stage): Promise<void> {
  for (let i = 0; i < 20; i++) await stage.settle();
}

Deno.test("after COMPRESS both sides speak DEFLATE", async () => {
  const { stage, wire } = await compressedStage();
  const { mail } = (stage.world as ReturnType<typeof memoryWorld>).backend;
  // One stream, in pieces, cut anywhere.
  const commands =
    "C CAPABILITY\r\nD COMPRESS DEFLATE\r\nE SELECT INBOX\r\nF IDLE\r\n";
  const octets = deflateRawSync(commands, FLUSHED);
  for (let i = 0; i < octets.length; i++) wire.push(octets.subarray(i, i + 1));
  await settle(stage);
  mail.deliver("INBOX", "hi");
  await settle(stage);
  const text = said(wire);
  assert.doesNotMatch(text, /COMPRESS=DEFLATE/);
  assert.match(text, /C OK CAPABILITY completed\r\n/);
  assert.match(text, /D NO \[COMPRESSIONACTIVE\]/);
  assert.match(text, /\+ idling\r\n\* 1 EXISTS\r\n$/);
  await stage.end();
});

Deno.test("what is no DEFLATE ends the connection", async () => {
  const { stage, wire } = await compressedStage();
  wire.push(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
  await settle(stage);
  assert.ok(wire.closed);
  await stage.end();
});

Deno.test("octets that unfold from next to nothing end the connection", async () => {
  const { stage, wire } = await compressedStage();
  const line = `C APPEND INBOX {60000000+}\r\n${"\0".repeat(8 << 20)}`;
  wire.push(deflateRawSync(line, { ...FLUSHED, level: 9 }));
  await settle(stage);
  assert.ok(wire.closed);
  await stage.end();
});

Deno.test("what comes in clear behind COMPRESS ends the connection", async () => {
  const stage = new Stage(compressing(), {});
  const wire = stage.connect();
  wire.push("A LOGIN ann@relay.example secret\r\n");
  wire.push("B COMPRESS DEFLATE\r\nC NOOP\r\n");
  await stage.settle();
  assert.ok(wire.closed);
  await stage.end();
});

for (
  const [name, pieces] of [
    ["in one piece", (all: Uint8Array) => [all]],
    ["octet by octet", (all: Uint8Array) => Array.from(all, octetOf)],
    ["with more behind it", (all: Uint8Array) => [join(all, all)]],
    ["of nothing", () => [deflateRawSync("")]],
  ] as const
) {
  Deno.test(`a stream that the client finishes, ${name}, is answered, then the session ends`, async () => {
    const { stage, wire } = await compressedStage();
    for (const piece of pieces(deflateRawSync("C NOOP\r\nD NOOP\r\n"))) {
      if (!wire.closed) wire.push(piece);
      await settle(stage);
    }
    // zlib does not look behind the end before something is there.
    wire.push(deflateRawSync("E NOOP\r\n", FLUSHED).subarray(0, 1));
    await settle(stage);
    assert.ok(wire.closed, "the session has ended");
    const answered = "C OK NOOP completed\r\nD OK NOOP completed\r\n";
    assert.equal(said(wire), name === "of nothing" ? "" : answered);
    await stage.end();
  });
}

for (
  const octets of [[0xff, 0xff, 0xff], [0x06], [0x00, 0x01, 0x02, 0x03, 0x04]]
) {
  Deno.test(`octets that are no DEFLATE end the session: ${octets}`, async () => {
    const { stage, wire } = await compressedStage();
    wire.push(Uint8Array.from(octets));
    await settle(stage);
    assert.ok(wire.closed, "the session has ended");
    await stage.end();
  });
}

function octetOf(octet: number): Uint8Array {
  return Uint8Array.of(octet);
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}

transcript(
  "COMPRESS that is off is refused",
  `
  S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready
  C: A0 COMPRESS DEFLATE
  S: A0 BAD Command not allowed now
  C: A1 LOGIN ann@relay.example secret
  S: A1 OK [CAPABILITY IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH] Logged in
  C: A2 COMPRESS DEFLATE
  S: A2 NO [CANNOT] Unsupported mechanism
  C: A3 COMPRESS
  S: A3 BAD Expected a space
`,
);
