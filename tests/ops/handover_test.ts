import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { program, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ANN = "annaxyz12@chat.example";
const BOB = "bobbyxy34@chat.example";
const PASSWORD = "correct-horse-battery";
const AFTER = 20;

function quoted(text: string): string {
  return `'${text}'`;
}

/** A command line of the shell that runs the program with another configuration. */
function via(configFile: string): string {
  const line = [...program(), "move", "receive", "--config", configFile];
  return line.map(quoted).join(" ");
}

/** Sends without an end, whatever becomes of the server; what was answered with 250 is kept. */
class Load {
  readonly accepted: string[] = [];
  #isOver = false;
  readonly #payloads: readonly string[];
  readonly #running: Promise<void>;

  constructor(
    readonly server: Server,
    readonly certificate: string,
    payloads: readonly string[],
  ) {
    this.#payloads = payloads;
    this.#running = this.#run();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await pause(10);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      try {
        await this.#session(turn);
      } catch {
        await pause(20); // there is nobody: as a client does, try again
      }
    }
  }

  async #session(turn: number): Promise<void> {
    const { port } = this.server.endpoint("submission_tls");
    const client = await SmtpClient.submit(
      port,
      this.certificate,
      ANN,
      PASSWORD,
    );
    try {
      for (let i = 0; !this.#isOver; i++) {
        const id = `m${turn}-${i}`;
        const payload = this.#payloads[i % this.#payloads.length]!;
        await client.send([BOB], messageOctets({ from: ANN, id, payload }));
        this.accepted.push(id);
      }
    } finally {
      client.close();
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function idsOf(server: Server, certificate: string): Promise<string[]> {
  const { port } = server.endpoint("imap_tls");
  const client = await ImapClient.connect(port, certificate);
  await client.login(BOB, PASSWORD);
  await client.expectOk("SELECT INBOX");
  const found = await client.fetch("1:*");
  client.close();
  return found.map(({ octets }) => messageId(octets!)!);
}

Deno.test("a relay is handed over to another machine while clients send", async () => {
  const root = await Deno.makeTempDir({ prefix: "postern-move-" });
  const [from, to] = [`${root}/old`, `${root}/new`];
  await Deno.mkdir(from);
  await Deno.mkdir(to);
  const old = await Server.start({ stateDir: from });
  let young: Server | undefined;
  let load: Load | undefined;
  try {
    for (const name of [ANN, BOB]) {
      await old.command("accounts", "create", name, "-p", PASSWORD);
    }
    const certificate = await old.certificate();
    const payloads = [
      await encryptedPayload(2000),
      await encryptedPayload(90_000),
    ];
    const newConfig = `${to}/postern.toml`;
    const text = await Deno.readTextFile(old.configFile);
    await Deno.writeTextFile(newConfig, text.replaceAll(from, to));
    load = new Load(old, certificate, payloads);
    const running = load;
    await load.until(() => running.accepted.length > AFTER);
    const first = JSON.parse(
      await old.command("move", "send", "--via", via(newConfig), "--json"),
    ).data;
    assert.equal(first.installed, false);
    await load.until(() => running.accepted.length > first.messages + AFTER);
    await assert.rejects(
      old.command("move", "send", "--final", "--via", via(newConfig)),
      /stop it first/,
    );
    await old.end("SIGTERM");
    // cut off in the middle, and once more
    await assert.rejects(
      old.command("move", "send", "--final", "--via", "head -c 100 >&2"),
      /hung up/,
    );
    const last = JSON.parse(
      await old.command(
        "move",
        "send",
        "--final",
        "--via",
        via(newConfig),
        "--json",
      ),
    ).data;
    assert.equal(last.installed, true);
    assert.ok(last.messages > first.messages);
    const before = running.accepted.length;
    await assert.rejects(old.run(), /handed over to another machine/);
    young = await Server.start({ stateDir: to, ports: old.ports });
    await load.until(() => running.accepted.length > before + AFTER);
    await load.stop();
    const ids = await idsOf(young, certificate);
    assert.deepEqual(
      load.accepted.filter((id) => !ids.includes(id)),
      [],
      "accepted and lost",
    );
    assert.equal(new Set(ids).size, ids.length);
    await assert.rejects(Deno.lstat(`${to}/incoming`), Deno.errors.NotFound);
    const backups = await Array.fromAsync(Deno.readDir(`${from}/backups`));
    assert.deepEqual(backups, []);
  } finally {
    await load?.stop();
    await young?.dispose();
    await old.dispose();
    await Deno.remove(root, { recursive: true });
  }
});
