/** Every kind of address of one relay is reached from every other, whichever ports are open. @module */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { Correspondent } from "./correspondent.ts";

const RETRY = '[queue]\nretry = ["1s"]\nstartup_delay = "1s"\n';

/** Refusals are the reply, also where the first attempt is slow. */
const PATIENT = 'first_attempt_wait = "30s"';

/** A relay with a name whose users are reached by its address, too. */
async function named(network: Network, domain: string): Promise<RelayHost> {
  const host = await network.addHost(domain.split(".", 1)[0]!);
  const server = `domain_aliases = { "[${host.ipv4}]" = "${domain}" }`;
  return await RelayHost.start(network, { domain, host, server });
}

networkTest("relays reach each other by name and by address", async () => {
  await using network = await Network.make();
  await using ending = new AsyncDisposableStack();
  const relays = await Promise.all([
    named(network, "one.example"),
    named(network, "two.example"),
    RelayHost.start(network),
    RelayHost.start(network),
  ]);
  const people = await Promise.all(
    relays.map((relay) => Correspondent.signUp(relay, "ann")),
  );
  for (const person of people) ending.defer(() => person.close());
  const expected = new Map(people.map((person) => [person, [] as string[]]));
  for (const [from, writer] of people.entries()) {
    for (const [to, reader] of people.entries()) {
      const { domain, host } = relays[to]!;
      const forms = new Set([domain, `[${host.ipv4}]`, host.ipv4]);
      for (const [n, form] of [...forms].entries()) {
        const id = `${from}-${to}-${n}`;
        await writer.write([`ann@${form}`], id);
        expected.get(reader)!.push(id);
      }
    }
  }
  await Promise.all(people.map(async (person) => {
    for (const id of expected.get(person)!) await person.receive(id);
    assert.equal((await person.read()).length, expected.get(person)!.length);
  }));
});

interface Gap {
  readonly open: readonly number[];
  readonly federation?: string;
}

const GAPS: Readonly<Record<string, Gap>> = {
  "only 443 is open": { open: [443] },
  "only 25 is open": { open: [25] },
  "only 80 is open": { open: [80], federation: 'http_fallback = "always"' },
};

for (const [name, { open, federation = "" }] of Object.entries(GAPS)) {
  networkTest(`relays reach each other when ${name}`, async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [one, two] = await Promise.all(
      ["one.example", "two.example"].map((domain) =>
        RelayHost.start(network, { domain, federation, config: RETRY })
      ),
    );
    assert.ok(one && two);
    const shut = [25, 80, 443].filter((port) => !open.includes(port));
    for (const [here, there] of [[one, two], [two, one]] as const) {
      await here.host.barriers({
        from: [there.host],
        ports: shut,
        answer: "reset",
      });
    }
    const ann = await Correspondent.signUp(one, "ann");
    const bob = await Correspondent.signUp(two, "bob");
    ending.defer(() => ann.close());
    ending.defer(() => bob.close());
    await ann.write([bob.address], "there");
    await bob.receive("there");
    await bob.write([ann.address], "back");
    await ann.receive("back");
  });
}

networkTest(
  "mail waits while nothing is open, and goes when it is",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [one, two] = await Promise.all(
      ["one.example", "two.example"].map((domain) =>
        RelayHost.start(network, { domain, config: RETRY })
      ),
    );
    assert.ok(one && two);
    const ann = await Correspondent.signUp(one, "ann");
    const bob = await Correspondent.signUp(two, "bob");
    ending.defer(() => ann.close());
    ending.defer(() => bob.close());
    const shut = { from: [one.host], answer: "reset" } as const;
    await two.host.barriers(shut);
    for (let n = 1; n <= 5; n++) await ann.write([bob.address], `m${n}`);
    assert.equal((await bob.read()).length, 0);
    await one.end("SIGKILL");
    await one.run();
    await two.host.barriers();
    for (let n = 1; n <= 5; n++) await bob.receive(`m${n}`);
    assert.equal((await bob.read()).length, 5);
  },
);

/** Both ends of one refusal by policy, and what the writer is told. */
interface Refusal {
  readonly of: "sender" | "recipient";
  readonly command: readonly string[];
  readonly says: RegExp;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "a relay that blocks the other writes it nothing": {
    of: "sender",
    command: ["federation", "block", "two.example"],
    says: /5\.7\.1/,
  },
  "a relay that blocks the other takes nothing from it": {
    of: "recipient",
    command: ["federation", "block", "one.example"],
    says: /5\.7\.1/,
  },
  "a relay without federation writes nothing": {
    of: "sender",
    command: ["federation", "disable"],
    says: /5\.7\.1/,
  },
  "a relay without federation takes nothing": {
    of: "recipient",
    command: ["federation", "disable"],
    says: /5\.7\.1/,
  },
};

networkTest("who does not exchange mail says so to the writer", async () => {
  await using network = await Network.make();
  await using ending = new AsyncDisposableStack();
  const [one, two] = await Promise.all(
    ["one.example", "two.example"].map((domain) =>
      RelayHost.start(network, { domain, federation: PATIENT, config: RETRY })
    ),
  );
  assert.ok(one && two);
  const ann = await Correspondent.signUp(one, "ann");
  const bob = await Correspondent.signUp(two, "bob");
  ending.defer(() => ann.close());
  ending.defer(() => bob.close());
  await ann.write([bob.address], "allowed");
  await bob.receive("allowed");
  for (const [n, [name, row]] of Object.entries(REFUSALS).entries()) {
    const { of, command, says } = row;
    const relay = of === "sender" ? one : two;
    await relay.command(...command);
    const refused = ann.write([bob.address], `refused${n}`);
    await assert.rejects(refused, says, name);
    await relay.command("federation", "enable");
    await relay.command("federation", "flush", "--yes");
  }
  await ann.write([bob.address], "again");
  await bob.receive("again");
  assert.equal((await bob.read()).length, 2);
});

networkTest(
  "a recipient whom the peer does not know is told at once",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [one, two] = await Promise.all(
      ["one.example", "two.example"].map((domain) =>
        RelayHost.start(network, { domain, federation: PATIENT, config: RETRY })
      ),
    );
    assert.ok(one && two);
    const ann = await Correspondent.signUp(one, "ann");
    ending.defer(() => ann.close());
    const refused = ann.write(["nobody@two.example"], "alone");
    await assert.rejects(refused, /550 5\.1\.1/);
  },
);
