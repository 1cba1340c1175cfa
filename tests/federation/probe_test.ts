/** What is found of a mail server that is looked at without sending it mail. */
import assert from "node:assert/strict";
import { smtpSessions } from "../../src/app/federation/smtp_sessions.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { probe, usualWays } from "../../src/federation/overrides/probe.ts";
import { NO_DNS } from "./exchange_world.ts";

const PARTS = {
  dns: NO_DNS,
  clock: SYSTEM_CLOCK,
  timers: SYSTEM_TIMERS,
  smtp: smtpSessions(SYSTEM_TIMERS),
  families: () => ["ipv4", "ipv6"] as const,
  hostname: () => "here.example",
};
const OPEN = { own: new Set<string>(), allowPrivate: true };

/** What it says to the first connection: before anything, and to each line. */
async function served(...replies: readonly string[]) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const serving = (async () => {
    using connection = await listener.accept();
    const octets = new Uint8Array(1024);
    for (const reply of replies) {
      await connection.write(new TextEncoder().encode(`${reply}\r\n`));
      if (await connection.read(octets) === null) return;
    }
    while (await connection.read(octets) !== null);
  })();
  const way = { name: "smtp", host: "127.0.0.1", port } as const;
  const found = await probe(way, PARTS, OPEN);
  await serving;
  return [found.reached, found.text];
}

Deno.test("a mail server without TLS is found out", async () => {
  assert.deepEqual(
    await served("220 far.example", "250-far.example\r\n250 SIZE 100"),
    [true, "answers, and offers no TLS"],
  );
});

Deno.test("a mail server that does not want us says why", async () => {
  assert.deepEqual(await served("554 5.7.1 not you"), [false, "not you"]);
  assert.deepEqual(
    await served(
      "220 far.example",
      "250-far.example\r\n250 STARTTLS",
      "454 4.7.0 no key",
    ),
    [false, "no key"],
  );
});

Deno.test("what is no mail server is told as such", async () => {
  assert.deepEqual(await served("HTTP/1.1 400 Bad Request"), [
    false,
    "what was answered is no reply of a mail server",
  ]);
});

Deno.test("that there is no domain is said in words", async () => {
  const found = await usualWays("gone.example", { ...PARTS, random: () => 0 });
  assert.deepEqual(found, {
    ways: [],
    problem: "there is no domain gone.example",
  });
});

Deno.test("what would come back to this server is not asked", async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    const way = { name: "smtp", host, port: 25 } as const;
    const own = new Set(["127.0.0.1", "::1"]);
    assert.deepEqual(await probe(way, PARTS, { ...OPEN, own }), {
      ...way,
      reached: false,
      text: `5.4.6 mail for ${host} would come back to this server`,
    });
    const { text } = await probe(way, PARTS, { ...OPEN, allowPrivate: false });
    assert.equal(text, `5.4.4 ${host} has no address in the public network`);
  }
});
