/** A message to sixty people of one domain, over real connections, of whom the peer refuses one. */
import assert from "node:assert/strict";
import { message } from "../gate/messages.ts";
import { ANN, outboundTest } from "./outbound_world.ts";
import { httpPeer, response, smtpPeer } from "./peers.ts";
import { until } from "./runner_world.ts";
import { authority, World } from "./transport_world.ts";

const DOMAIN = "far.example";
const MEMBERS = Array.from({ length: 60 }, (_, n) => `m${n}@${DOMAIN}`);
const BLOCKED = MEMBERS[7]!;
const OTHERS = MEMBERS.filter((name) => name !== BLOCKED).toSorted();
const REFUSAL = `550 5.1.1 <${BLOCKED}>: no such user here`;

/** As the official stack does: one who is refused costs all others of the request their mail. */
function peer(blocked?: string) {
  const taken: string[] = [];
  const serve = async () =>
    await httpPeer((request) => {
      const to = request.values("x-mail-to");
      if (blocked && to.includes(blocked)) return response(400, REFUSAL);
      taken.push(...to);
      return response(200, "250 OK\n");
    }, { pair: await authority.issue([DOMAIN]) });
  return { taken, serve };
}

async function worldAt(ports: Record<string, number>) {
  return await World.make({ ports, zone: { [DOMAIN]: { A: ["127.0.0.1"] } } });
}

const whole = peer();
const web = await whole.serve();
const wholeWorld = await worldAt({ https: web.port });

outboundTest("sixty members are two requests", async (world) => {
  await world.start();
  await world.send(MEMBERS, message({ from: ANN }));
  await until(() => whole.taken.length === 60);
  await until(async () => (await world.queued()).length === 0);
  const counts = web.requests.map(({ values }) => values("x-mail-to").length);
  assert.deepEqual(counts.toSorted(), [10, 50]);
  assert.deepEqual(whole.taken.toSorted(), MEMBERS.toSorted());
  assert.deepEqual(await world.inbox(), []);
}, { transport: wholeWorld.transport });

const strict = peer(BLOCKED);
const strictWeb = await strict.serve();
const mail = await smtpPeer(
  {
    RCPT: (line) => line.includes(`<${BLOCKED}>`) ? REFUSAL : "",
  },
  { pair: await authority.issue([DOMAIN]) },
);

const WAYS = {
  "over HTTPS alone": { https: strictWeb.port },
  "over HTTPS, and SMTP where that refuses": {
    https: strictWeb.port,
    smtp: mail.port,
  },
};
const worlds: World[] = [wholeWorld];
for (const [name, ports] of Object.entries(WAYS)) {
  const transports = await worldAt(ports);
  worlds.push(transports);
  outboundTest(
    `one refused of sixty costs nobody else the mail, and is one report, ${name}`,
    async (world) => {
      strict.taken.length = mail.messages.length = 0;
      await world.start();
      await world.send(MEMBERS, message({ from: ANN }));
      await until(async () =>
        (await world.queued()).join() === `${BLOCKED} failed`
      );
      const bySmtp = mail.messages.flatMap(({ to }) =>
        to.map((path) => path.slice(1, -1))
      );
      const all = [...strict.taken, ...bySmtp];
      assert.deepEqual(all.toSorted(), OTHERS); // each once
      await world.delivery.reports.tellDue();
      world.test.pass(60);
      await world.delivery.reports.tellDue();
      const [report = "", ...more] = await world.inbox();
      assert.deepEqual(more, []);
      assert.deepEqual(report.match(/^Final-Recipient: .*$/gm), [
        `Final-Recipient: rfc822; ${BLOCKED}`,
      ]);
      assert.match(report, /^Action: failed\r$/m);
      assert.match(report, /5\.1\.1/);
      assert.deepEqual(await world.queued(), []);
    },
    { transport: transports.transport },
  );
}

Deno.test("all connections of the groups end", async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]();
  for (const one of [web, strictWeb, mail]) await one[Symbol.asyncDispose]();
});
