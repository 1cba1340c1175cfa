/**
 * Random octets in random pieces, through the receiver, the scanner and every
 * grammar, and then through FETCH and SEARCH themselves.
 *
 * `FUZZ_SECONDS=600 deno test -A tests/imap/grammar_fuzz_test.ts` runs longer; a failure
 * prints its seed, which `FUZZ_SEED` takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import {
  scanChangedSince,
  scanFetchItems,
} from "../../src/imap/proto/fetch_items.ts";
import { parseFlags } from "../../src/imap/proto/flags.ts";
import { listPattern } from "../../src/imap/proto/list_pattern.ts";
import {
  scanMailboxName,
  scanMailboxPattern,
} from "../../src/imap/proto/mailbox_name.ts";
import { ImapReceiver } from "../../src/imap/proto/receiver.ts";
import { type RawCommand, Scanner } from "../../src/imap/proto/scanner.ts";
import { scanSearchKeys } from "../../src/imap/proto/search_keys.ts";
import {
  positionsOfNumbers,
  positionsOfUids,
} from "../../src/imap/proto/sequence_set.ts";
import { parseImapDate, parseImapDateTime } from "../../src/mail/date.ts";
import { SelectedInbox } from "./command_line.ts";
import { fuzzSeeds } from "../harness/fuzz.ts";

const MAX_LINE = 400;
const ROUNDS = 1000;

type Random = (below: number) => number;

/** The same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed;
  for (let i = 0; i < 5; i++) state = state * 48_271 % 2_147_483_647;
  return (below) => (state = state * 48_271 % 2_147_483_647) % below;
}

/** What makes commands: more of it than of noise gets through. */
const WORDS = [
  ...'( ) ) " \\ { } [ ] < > * % , : . + - & = ? ~ NIL \r\n \n \r \0 \xff \xe4 1 2 7 0 4294967295 99999999999999999999'
    .split(" "),
  ..." | | | | {0} | {1} | {3+} | {70000} | {99999999999}".split("|"),
  ...'A1 FETCH|UID FETCH|SEARCH|UID SEARCH|FLAGS|(FLAGS UID)|ALL|BODY[|BODY.PEEK[|]|HEADER.FIELDS (|MIME|TEXT|HEADER|1.2.|<0.5>|ENVELOPE|BODYSTRUCTURE|RFC822|RFC822.SIZE|INTERNALDATE|MODSEQ|(CHANGEDSINCE 1)|1:*|2,3|RETURN (MIN|CHARSET UTF-8|NOT|OR|FROM|BODY|SUBJECT|HEADER X|SINCE 1-Jan-2026|UID 1|LARGER 3|OLDER 5|KEYWORD a|"a b"|\\Seen|INBOX|&AOQ-|5-Jan-2026 09:08:07 +0000'
    .split("|"),
];

function noise(random: Random): Uint8Array {
  let text = random(4) === 0 ? "" : "A1 ";
  const words = random(25);
  for (let i = 0; i < words; i++) {
    text += WORDS[random(WORDS.length)];
    if (random(2) === 0) text += " ";
  }
  if (random(8) === 0) text += "((".repeat(random(40));
  return Uint8Array.from(text + "\r\n", (c) => c.charCodeAt(0) & 0xff);
}

/** Pushes octets in pieces; collects whole commands as a session does. */
function received(octets: Uint8Array, random: Random): RawCommand[] {
  const receiver = new ImapReceiver(() => MAX_LINE);
  const commands: RawCommand[] = [];
  let lines: string[] = [];
  let literals: Uint8Array[] = [];
  let pieces: number[] = [];
  for (let at = 0; at < octets.length;) {
    const size = 1 + random(random(3) === 0 ? 200 : 9);
    receiver.push(octets.slice(at, at + size));
    at += size;
    for (let input = receiver.next(); input; input = receiver.next()) {
      if (input.kind === "fault") return commands;
      if (input.kind === "literal") {
        pieces.push(...input.octets);
        if (input.last) {
          literals.push(Uint8Array.from(pieces));
          pieces = [];
        }
      } else {
        lines.push(input.text);
        const total = lines.reduce((sum, line) => sum + line.length, 0);
        assert.ok(total <= MAX_LINE);
        if (input.literal) continue;
        commands.push({ lines, literals });
        lines = [];
        literals = [];
      }
    }
    assert.ok(receiver.pending <= MAX_LINE);
  }
  return commands;
}

const UIDS = Uint32Array.of(1, 2, 3, 7);

/** Each grammar and what may be done with what it reads. */
const GRAMMARS: readonly ((args: Scanner) => unknown)[] = [
  (args) => args.tag() + args.commandTag,
  (args) => args.commandName(),
  (args) => args.astring(),
  (args) => args.nstring(),
  (args) => args.number64(),
  (args) => parseFlags(args.flags()),
  (args) => parseImapDate(args.astring()),
  (args) => parseImapDateTime(args.string()),
  (args) => scanMailboxName(args),
  (args) => listPattern(scanMailboxPattern(args))("INBOX/a"),
  (args) => positionsOfNumbers(args.sequenceSet(), 4),
  (args) => positionsOfUids(args.sequenceSet(), UIDS),
  (args) => [scanFetchItems(args), scanChangedSince(args), args.end()],
  (args) => [scanSearchKeys(args), args.end()],
];

function isDeclared(error: unknown): boolean {
  return error instanceof SyntaxError ||
    (error instanceof Refusal && error.code === "mailbox_name_invalid");
}

/** Says which seed failed. */
async function rounds(run: (random: Random) => void | Promise<void>) {
  for (const seed of fuzzSeeds(ROUNDS)) {
    try {
      await run(randomFrom(seed));
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed} fails`, { cause: error });
    }
  }
}

Deno.test("grammars throw only what they declare", async () => {
  await rounds((random) => {
    for (const command of received(noise(random), random)) {
      for (const grammar of GRAMMARS) {
        for (const skipped of [0, 3]) {
          const [first = "", ...rest] = command.lines;
          const lines = [first.slice(skipped), ...rest];
          try {
            grammar(new Scanner({ lines, literals: command.literals }));
          } catch (error) {
            if (!isDeclared(error)) throw error;
          }
        }
      }
    }
  });
});

/** Valid more often than not, so that what is behind the grammar is reached. */
function likelyCommand(random: Random): string {
  const pick = (...options: string[]) => options[random(options.length)]!;
  const set = pick("1:*", "1", "2,1", "*", "1:3", "3:2", "9");
  const uid = pick("", "UID ");
  const part = pick("", "1.", "2.", "1.1.", "2.1.", "3.");
  const section = pick("", "1", "2", "2.1", "3", "9") ||
    part + pick("HEADER", "TEXT", "HEADER.FIELDS (Subject X)", "MIME");
  const partial = pick("", "", "<0.10>", "<5.1>", "<9999.9>");
  const item = pick(
    "FLAGS",
    "UID",
    "ENVELOPE",
    "BODY",
    "BODYSTRUCTURE",
    "RFC822.SIZE",
    `BODY.PEEK[${section}]${partial}`,
    `BODY[${section}]${partial}`,
  );
  if (random(2) === 0) return `A1 ${uid}FETCH ${set} (${item} ${item} UID)`;
  const key = () =>
    pick("ALL", "SEEN", set, "BODY a", "TEXT b", "FROM a", "LARGER 5") +
    pick("", " SENTSINCE 1-Jan-2026", " HEADER X-A b", " NOT UID 2");
  return `A1 ${uid}SEARCH ${pick("", "RETURN (ALL) ")}OR (${key()}) (${key()})`;
}

/** A response of RFC 3501 §9 in outline: literals as long as they say, brackets closed. */
function checkResponses(text: string): void {
  let line = "";
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\r\n", at);
    assert.ok(end >= 0, "ends in a line end");
    line += text.slice(at, end);
    at = end + 2;
    const literal = /\{(\d+)\}$/.exec(line);
    if (literal) {
      line = line.slice(0, literal.index) + "x";
      at += Number(literal[1]);
      continue;
    }
    assert.match(line, /^(\* \d+ FETCH \(.*\)|\* E?SEARCH|A1 (OK|NO|BAD) )/);
    assert.ok(/^[ -~]*$/.test(line), "is printable outside literals");
    if (line.startsWith("* ")) {
      const bare = line.replace(/"[^"]*"/g, "");
      assert.equal(bare.split("(").length, bare.split(")").length);
    }
    line = "";
  }
}

function mail(random: Random): Uint8Array {
  const parts =
    'From: a@b|To: "x\\"y" <c@d>, g: e@f;|Subject: =?utf-8?q?=C3=A4?=|Content-Type: multipart/mixed; boundary=b|Content-Type: message/rfc822|Content-Type: text/plain; charset="q\\"r"|Content-Transfer-Encoding: base64|Content-Disposition: x; y="\\\\"|Date: 1 Jan 2026| folded|\xff\xe4: \0||||--b|--b|--b--|text a b|\tq\r|"|('
      .split("|");
  let text = "";
  for (let n = random(30); n > 0; n--) {
    text += parts[random(parts.length)] + (random(9) === 0 ? "\n" : "\r\n");
  }
  return Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
}

Deno.test("FETCH and SEARCH answer in the grammar, whatever the mail", async () => {
  await rounds(async (random) => {
    const session = new SelectedInbox();
    for (let i = 0; i < 3; i++) session.mail.deliver("INBOX", mail(random));
    await session.select();
    for (let i = 0; i < 20; i++) {
      const command = likelyCommand(random);
      try {
        checkResponses(await session.run(command));
      } catch (error) {
        throw new Error(command, { cause: error });
      }
    }
    assert.deepEqual(session.backend.bugs, []);
  });
});
