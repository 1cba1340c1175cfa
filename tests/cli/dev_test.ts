/** `make run`: trying it out, on this machine and for a phone beside it. */
import assert from "node:assert/strict";
import { program } from "../harness/server.ts";

const QR = /[█▀▄]/;

interface Run {
  readonly output: string;
  readonly link: string;
  readonly email: string;
  readonly code: readonly string[];
}

/** An address of this machine that no other test is likely to use. */
function loopbackAddress(): string {
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${1 + a! % 250}.${b}.${1 + c! % 250}`;
}

/** Starts it, calls `meanwhile` when it greets, stops it. */
async function develop(
  cwd: string,
  args: readonly string[],
  meanwhile: () => Promise<void> = async () => {},
): Promise<Run> {
  const [command, ...first] = program();
  const child = new Deno.Command(command, {
    args: [...first, "run", "--dev", ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  // the code is the last that it says
  while (!/[█▀▄][^█▀▄]*\n\n?$/.test(output)) {
    const { done, value } = await reader.read();
    if (done) assert.fail(output + await errors);
    output += value;
  }
  try {
    await meanwhile();
  } finally {
    child.kill("SIGTERM");
    while (!(await reader.read()).done);
    await child.status;
    await errors;
  }
  const link = /dclogin:\S+/.exec(output)?.[0] ?? "";
  const email = /^account\s+(\S+)/m.exec(output)?.[1] ?? "";
  const code = output.split("\n").filter((line) => QR.test(line));
  return { output, link, email, code };
}

Deno.test("run --dev --address lets phones in, and makes one account", async (t) => {
  const cwd = await Deno.makeTempDir({ prefix: "postern-dev-" });
  const address = loopbackAddress();
  try {
    const first = await develop(cwd, ["--address", address], async () => {
      for (const port of [8080, 8443, 1993, 1465]) {
        (await Deno.connect({ hostname: address, port })).close();
      }
    });
    await t.step("link and account have the address", () => {
      assert.ok(first.email.endsWith(`@[${address}]`), first.output);
      const { searchParams } = new URL(first.link);
      assert.equal(searchParams.get("ih"), address);
      assert.equal(searchParams.get("sh"), address);
      assert.equal(searchParams.get("ic"), "3");
      assert.match(first.output, new RegExp(`https://${address}:8443`));
      assert.match(
        first.output,
        new RegExp(`^panel\\s+https://${address}:8443/admin/#c=\\S+$`, "m"),
      );
    });
    await t.step("the code fits a screen of 80 by 24", () => {
      assert.ok(first.code.length <= 23, `${first.code.length} lines`);
      assert.ok(first.code.every((line) => [...line].length <= 80));
      const [, after = "?"] = first.output.split(first.code.join("\n"));
      assert.equal(after.trim(), "");
    });
    await t.step("the next start shows the same account", async () => {
      const second = await develop(cwd, ["--address", address]);
      assert.equal(second.email, first.email);
      assert.equal(second.link, first.link);
    });
    await t.step("another address has an account of its own", async () => {
      const other = loopbackAddress();
      const third = await develop(cwd, ["--address", other]);
      assert.ok(third.email.endsWith(`@[${other}]`), third.output);
    });
    await t.step("the file of the account is the owner's alone", async () => {
      const { mode } = await Deno.stat(`${cwd}/data/dev_account.json`);
      assert.equal(mode! & 0o777, 0o600);
    });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
