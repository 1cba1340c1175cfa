/** What we sign, verified by a program that is not ours: dkimpy, of Debian's python3-dkim. @module */
import assert from "node:assert/strict";
import { recordName, recordText } from "../../src/federation/dkim/key_rows.ts";
import { BODY, dkimTest, fieldsOf, headerFrom } from "./dkim_world.ts";

/** Debian's, for which the package is. */
const PYTHON = "/usr/bin/python3";
/** Verifies each signature of the message on its standard input by the records in its argument. */
const VERIFIER = `
import dkim, json, sys
records = json.loads(sys.argv[1])
def lookup(name, timeout=5):
    text = records.get(name.decode().rstrip("."))
    return None if text is None else text.encode()
message = dkim.DKIM(sys.stdin.buffer.read())
signatures = [name for name, _ in message.headers if name.lower() == b"dkim-signature"]
def verdict(at):
    try:
        return message.verify(idx=at, dnsfunc=lookup)
    except dkim.DKIMException:
        return False
print(json.dumps([verdict(at) for at in range(len(signatures))]))
`;

async function python(args: readonly string[], input = "") {
  const child = new Deno.Command(PYTHON, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { success, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function hasVerifier(): Promise<boolean> {
  try {
    return (await python(["-c", "import dkim, nacl"])).success;
  } catch {
    return false;
  }
}

const verify = async (message: string, records: Record<string, string>) => {
  const { out, err } = await python(
    ["-c", VERIFIER, JSON.stringify(records)],
    message,
  );
  assert.equal(err, "");
  return JSON.parse(out) as boolean[];
};

const IS_THERE = await hasVerifier();
if (!IS_THERE) {
  Deno.test({
    name: "dkimpy verifies what we sign (python3-dkim is not installed)",
    ignore: !IS_THERE,
    fn() {},
  });
} else {
  dkimTest(
    "dkimpy verifies what we sign, until something is changed",
    async (world) => {
      world.clock.seconds = Math.floor(Date.now() / 1000); // the verifier's time
      const header = [
        headerFrom("ann@a.example").slice(0, -2),
        "Chat-Version: 1.0\r\n",
        "Content-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\n",
      ].join("");
      const fields = await fieldsOf(world);
      const records = Object.fromEntries(
        world.keys.published().map((row) => [recordName(row), recordText(row)]),
      );
      const plain = fields + headerFrom("ann@a.example");
      assert.deepEqual(await verify(plain + BODY, records), [true, true]);
      const more = `${fields}${header}${BODY}`;
      assert.deepEqual(await verify(more, records), [false, false]);
      const [first] = Object.keys(records);
      const without = { ...records };
      delete without[first!];
      assert.deepEqual(await verify(plain + BODY, without), [false, true]);
      assert.deepEqual(
        await verify(plain.replace("bob@", "eve@") + BODY, records),
        [false, false],
      );
      assert.deepEqual(
        await verify(`${plain}Good bye\r\n`, records),
        [false, false],
      );
    },
  );
}
