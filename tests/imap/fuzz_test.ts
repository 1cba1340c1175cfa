/** Whatever comes in, sessions neither break nor report a bug. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/imap/server/commands.ts";
import { DEFAULT_OPTIONS } from "../../src/imap/server/options.ts";
import { Stage } from "./transcript.ts";
import { memoryWorld, MESSAGE } from "./world.ts";
import { fuzzSeeds } from "../harness/fuzz.ts";

const WORDS = [
  ...COMMANDS.keys(),
  ..."INBOX box/child * % 1 1:* 2,4:3 * 4294967295 0 99999999999 NIL".split(
    " ",
  ),
  ..."(\\Seen) (\\Deleted $Key) +FLAGS -FLAGS.SILENT FLAGS RETURN".split(" "),
  ..."(CONDSTORE) (UNCHANGEDSINCE 3) (USE (\\Sent)) DEFLATE PLAIN".split(" "),
  ..."ALL FULL BODY[] BODY.PEEK[1.MIME]<0.5> ENVELOPE (FLAGS UID)".split(" "),
  ..."OR NOT SUBJECT TEXT a SINCE 1-Jan-2026 ALL UNSEEN CHARSET".split(" "),
  ...'( ) (( " "a" "\\\\" {3} {3+} {0} {70000+} {5000} ~{2} [ ]'.split(" "),
  ..."/shared/comment /private/devicetoken MAXSIZE \r \n \0 é +".split(" "),
  ..."DONE DONE DONE * = AGEAYg== STATUS (MESSAGES SIZE)".split(" "),
];

function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) % limit;
  };
}

function input(random: (limit: number) => number): string {
  const lines: string[] = [];
  for (let i = random(12); i >= 0; i--) {
    const words = ["A1"];
    for (let j = random(7); j > 0; j--) {
      words.push(WORDS[random(WORDS.length)]!);
    }
    lines.push(words.join(random(20) === 0 ? "" : " "));
    if (random(10) === 0) lines.push("A2 APPEND INBOX {3+}\r\na:b");
    if (random(6) === 0) lines.push("A3 SELECT INBOX");
    if (random(6) === 0) lines.push("A4 IDLE\r\nDONE");
  }
  return lines.join(random(10) === 0 ? "\n" : "\r\n") + "\r\n";
}

async function playRandom(seed: number): Promise<void> {
  const random = generator(seed);
  const world = memoryWorld();
  const { mail } = world.backend;
  for (let i = 0; i < 3; i++) mail.deliver("INBOX", MESSAGE);
  const stage = new Stage(world, {
    server: { maxBad: 1000, maxPreauthBad: 1000, maxLoginFailures: 1000 },
  });
  const wire = stage.connect();
  if (random(4) > 0) wire.push("A0 LOGIN ann@relay.example secret\r\n");
  const octets = new TextEncoder().encode(input(random));
  for (let at = 0; at < octets.length;) {
    const size = 1 + random(40);
    wire.push(octets.slice(at, at + size));
    at += size;
    if (random(8) === 0) mail.deliver("INBOX", MESSAGE);
    if (random(16) === 0) mail.remove("INBOX", [1 + random(6)]);
  }
  await stage.settle();
  if (random(2)) await stage.pass(DEFAULT_OPTIONS.noticeDelayMs);
  for (const line of stage.log) assert.doesNotMatch(line, /SERVERBUG/);
  await stage.end();
}

Deno.test("no input breaks a session", async () => {
  for (const seed of fuzzSeeds(200)) {
    try {
      await playRandom(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
