/** Mail between relays that do not reach each other, by exchangers. @module */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { program } from "../harness/server_process.ts";
import { untilEqual } from "../harness/until.ts";
import { Correspondent } from "./correspondent.ts";

const RETRY = '[queue]\nretry = ["1s"]\nstartup_delay = "1s"\n';
/** Refusals are the reply, also where the first attempt is slow. */
const PATIENT = 'first_attempt_wait = "30s"\n';
/** What was changed on the way would not be believed. */
const STRICT = 'inbound_auth = "strict"\n';

/** One command of the command line, with a line of standard input. */
async function tell(relay: RelayHost, line: string, ...args: string[]) {
  const [command, ...first] = program();
  const child = new Deno.Command(command, {
    args: [...first, ...args, "--config", relay.configFile],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${line}\n`));
  await writer.close();
  const { success, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** An exchanger that may ask; gives its token. */
async function serve(
  relay: RelayHost,
  name: string,
  ...more: string[]
): Promise<string> {
  const written = await relay.command(
    "exchanger",
    "add",
    name,
    "--role",
    "serve",
    ...more,
    "--json",
  );
  return JSON.parse(written).data.token;
}

interface Exchanger {
  readonly pulled: number;
  readonly served: number;
  readonly pushed: number;
  readonly has_token: boolean;
}

async function exchangers(relay: RelayHost): Promise<Exchanger[]> {
  const listed = await relay.command("exchanger", "list", "--json");
  return JSON.parse(listed).data.exchangers;
}

/** What is in the queue: until a moment after it has come, that too. */
async function waiting(relay: RelayHost): Promise<unknown[]> {
  const listed = await relay.command("queue", "list", "--json");
  return JSON.parse(listed).data.entries;
}

/** Nobody finds it any more. */
async function hide(network: Network, { domain, hostname }: RelayHost) {
  await network.removeName(domain);
  await network.removeName(hostname);
}

/** The older one is asked again and again: it does not wait for mail. */
const PROTOCOLS = [
  ["v1", []],
  ["pull", ["--interval", "1"]],
] as const;
for (const [protocol, more] of PROTOCOLS) {
  networkTest(
    `a relay that nobody reaches fetches its mail, by ${protocol}`,
    async () => {
      await using network = await Network.make();
      await using ending = new AsyncDisposableStack();
      const [open, hidden] = await Promise.all([
        RelayHost.start(network, {
          domain: "open.example",
          config: `${RETRY}\n[exchanger]\nlegacy_paths = true\n`,
        }),
        RelayHost.start(network, {
          domain: "hidden.example",
          config: RETRY,
          federation: STRICT,
        }),
      ]);
      const ann = await Correspondent.signUp(open, "ann");
      ending.defer(() => ann.close());
      const bob = await Correspondent.signUp(hidden, "bob");
      ending.defer(() => bob.close());
      await hide(network, hidden);
      const token = await serve(open, "bob", "--domains", "hidden.example");
      await ann.write([bob.address], "before");
      await tell(
        hidden,
        token,
        ...["exchanger", "add", "hub", `https://${open.hostname}`],
        ...["--protocol", protocol, "--allow-insecure", "on", "--token-stdin"],
        ...more,
      );
      await bob.receive("before");
      await ann.write([bob.address], "while-it-waits");
      await bob.receive("while-it-waits");
      // what is not acknowledged is kept for the one who fetched it, for minutes
      await untilEqual([], () => waiting(open));
      await hidden.end("SIGKILL");
      await ann.write([bob.address], "while-it-is-off");
      await hidden.run();
      await network.setName(hidden.hostname, { A: [hidden.host.ipv4] }); // for its own user
      const again = await Correspondent.signUp(hidden, "bob");
      ending.defer(() => again.close());
      await again.receive("while-it-is-off");
      assert.equal((await again.read()).length, 3);
      await untilEqual([], () => waiting(open));
    },
  );
}

networkTest(
  "two relays whose domains nobody finds fetch their mail from each other",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const start = (domain: string) =>
      RelayHost.start(network, { domain, config: RETRY, federation: STRICT });
    const [one, two] = await Promise.all([
      start("one.example"),
      start("two.example"),
    ]);
    const ann = await Correspondent.signUp(one, "ann");
    ending.defer(() => ann.close());
    const bob = await Correspondent.signUp(two, "bob");
    ending.defer(() => bob.close());
    const tokens = new Map<RelayHost, string>();
    for (const [relay, other] of [[one, two], [two, one]] as const) {
      await network.removeName(relay.domain);
      const served = ["other", "--domains", other.domain] as const;
      tokens.set(other, await serve(relay, ...served));
    }
    for (const [relay, other] of [[one, two], [two, one]] as const) {
      await tell(
        relay,
        tokens.get(relay)!,
        ...["exchanger", "add", "hub", `https://${other.hostname}`],
        ...["--protocol", "v1", "--allow-insecure", "on", "--token-stdin"],
      );
    }
    await ann.write([bob.address], "to-two");
    await bob.receive("to-two");
    await bob.write([ann.address], "to-one");
    await ann.receive("to-one");
    for (const relay of [one, two]) {
      await untilEqual([[1, 0], [0, 1]], async () => {
        const listed = await exchangers(relay);
        return listed.map(({ pulled, served }) => [pulled, served]);
      });
      await untilEqual([], () => waiting(relay));
    }
  },
);

networkTest(
  "mail is pushed to an exchanger, which passes it on as it came",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [one, hub, two] = await Promise.all([
      RelayHost.start(network, {
        domain: "one.example",
        config: RETRY,
        federation: PATIENT,
      }),
      RelayHost.start(network, {
        domain: "hub.example",
        config:
          `${RETRY}[exchanger]\nrelay = "selected"\nrelay_recipients = ["two.example"]\n`,
      }),
      RelayHost.start(network, {
        domain: "two.example",
        config: RETRY,
        federation: STRICT,
      }),
    ]);
    const ann = await Correspondent.signUp(one, "ann");
    ending.defer(() => ann.close());
    const bob = await Correspondent.signUp(two, "bob");
    ending.defer(() => bob.close());
    const token = await serve(hub, "one");
    await tell(
      one,
      token,
      ...["exchanger", "add", "hub", `https://${hub.hostname}`],
      ...["--role", "push", "--domains", "two.example,three.example"],
      ...["--allow-insecure", "on", "--token-stdin"],
    );
    await ann.write([bob.address], "by-the-hub");
    await bob.receive("by-the-hub");
    await untilEqual([1], async () => {
      return (await exchangers(one)).map(({ pushed }) => pushed);
    });
    const [hubs] = await exchangers(one);
    assert.equal(hubs?.has_token, true);
    assert.ok(!JSON.stringify(hubs).includes(token));
    // nobody said that the hub may pass this on
    await assert.rejects(
      ann.write(["eve@three.example"], "not-there"),
      /550|554/,
    );
  },
);
