/**
 * The program on a host of a test network, at the ports that it has in the
 * world: with a domain and a certificate of the network's authority, or as
 * `[address]` with one that it made itself.
 *
 * @module
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import {
  type ListenerName,
  listenerRow,
} from "../../../src/config/listener_table.ts";
import type { Place } from "../line_connection.ts";
import { certificateBelow, filesBelow } from "../server.ts";
import { program, runCommand, ServerProcess } from "../server_process.ts";
import { until } from "../until.ts";
import type { Host } from "./host.ts";
import type { Network } from "./network.ts";

/** Of the keys that a relay makes. */
const SELECTORS = ["default", "default-ed25519"];

export interface RelayOptions {
  /** A name, which DNS learns with MX and addresses; without it, the relay is its IPv4 address. */
  readonly domain?: string;
  /** More TOML, appended to the configuration. */
  readonly config?: string;
  /** More keys of `[federation]`. */
  readonly federation?: string;
  /** More keys of `[server]`. */
  readonly server?: string;
  readonly host?: Host;
  /** False: it signs nothing and has no keys. */
  readonly signs?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export class RelayHost {
  readonly #process: ServerProcess;

  private constructor(
    readonly host: Host,
    /** As it stands in addresses: `a.example` or `[198.18.0.2]`. */
    readonly domain: string,
    /** What clients connect to. */
    readonly hostname: string,
    readonly stateDir: string,
    environment: Readonly<Record<string, string>>,
  ) {
    const [command, ...args] = program();
    this.#process = new ServerProcess(() =>
      host.spawn(
        [command, ...args, "run", "--config", this.configFile],
        environment,
      )
    );
  }

  /** Starts it and waits until it has started. */
  static async start(
    network: Network,
    options: RelayOptions = {},
  ): Promise<RelayHost> {
    const label = options.domain?.split(".", 1)[0] ?? "literal";
    const host = options.host ?? await network.addHost(label);
    const domain = options.domain ?? `[${host.ipv4}]`;
    const hostname = options.domain ? `mx.${domain}` : host.ipv4;
    const stateDir = `${network.folder}/${host.namespace.name}`;
    await Deno.mkdir(stateDir);
    const relay = new RelayHost(
      host,
      domain,
      hostname,
      stateDir,
      options.environment ?? {},
    );
    const tls = options.domain
      ? await relay.#certificate(network)
      : '[tls]\nmode = "self_signed"';
    await Deno.writeTextFile(relay.configFile, relay.#config(options, tls));
    if (options.domain) await relay.publish(network);
    await relay.run();
    if (options.domain && options.signs !== false) {
      await relay.#publishKeys(network);
    }
    return relay;
  }

  get configFile(): string {
    return `${this.stateDir}/postern.toml`;
  }

  async #certificate(network: Network): Promise<string> {
    const names = [this.domain, this.hostname, `mta-sts.${this.domain}`];
    const { chainPem, keyPem } = await network.authority.issue(names);
    await Deno.writeTextFile(`${this.stateDir}/chain.pem`, chainPem);
    await Deno.writeTextFile(`${this.stateDir}/key.pem`, keyPem);
    return `[tls]\nmode = "file"\ncert = "${this.stateDir}/chain.pem"\nkey = "${this.stateDir}/key.pem"`;
  }

  #config(
    { config = "", server = "", federation = "", signs = true }: RelayOptions,
    tls: string,
  ): string {
    return `
[server]
domain = "${this.domain}"
${this.hostname === this.host.ipv4 ? "" : `hostname = "${this.hostname}"`}
state_dir = "${this.stateDir}"
${server}

${tls}

[registration]
min_username_length = 3
max_load_1m = 0
trusted_networks = ["127.0.0.0/8", "198.18.0.0/16", "2001:db8::/32"]
min_available_memory = 0
min_free_disk = 0

[federation]
allow_private_targets = true
${federation}

[submission]
send_per_minute = 0

${signs ? "" : "[dkim]\nenabled = false"}
${config}`;
  }

  /** Says in DNS where the domain and its host are. */
  async publish(network: Network): Promise<void> {
    const addresses = { A: [this.host.ipv4], AAAA: [this.host.ipv6] };
    await network.setName(this.hostname, addresses);
    await network.setName(this.domain, {
      ...addresses,
      MX: [`10 ${this.hostname}`],
      TXT: ["v=spf1 mx -all"],
    });
  }

  /** What clients have to trust, PEM. */
  trusted(): Promise<string> {
    return this.hostname === this.host.ipv4
      ? certificateBelow(this.stateDir)
      : Deno.readTextFile(this.host.network.authorityFile);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What it wrote to stdout and stderr, of all its lives. */
  get output(): string {
    return this.#process.output;
  }

  /** Starts the process again on the same state. */
  run(): Promise<void> {
    return this.#process.run();
  }

  end(signal: "SIGTERM" | "SIGKILL"): Promise<Deno.CommandStatus> {
    return this.#process.end(signal);
  }

  /** Runs one command of the command line against it and gives its stdout. */
  command(...args: string[]): Promise<string> {
    return runCommand(args, this.configFile);
  }

  /** Waits until the keys of so many domains are made: it takes a second for each. */
  async keysMade(domains: number): Promise<void> {
    await until(() => `There are not all keys: ${this.output}`, async () => {
      const made = await Array.fromAsync(filesBelow(`${this.stateDir}/dkim`));
      const whole = made.filter((path) => path.endsWith(".pem"));
      return whole.length >= domains * SELECTORS.length;
    });
  }

  /** Says in DNS what verifies the domain's signatures, once its keys are made. */
  async #publishKeys(network: Network): Promise<void> {
    for (const selector of SELECTORS) {
      const key = await this.#key(`${selector}.pem`);
      const octets = key.export({ type: "spki", format: "der" });
      const record = key.asymmetricKeyType === "rsa"
        ? `v=DKIM1; k=rsa; p=${octets.toString("base64")}`
        : `v=DKIM1; k=ed25519; p=${octets.subarray(-32).toString("base64")}`; // RFC 8463 §4.2
      await network.setName(`${selector}._domainkey.${this.domain}`, {
        TXT: [record],
      });
    }
  }

  #key(file: string): Promise<KeyObject> {
    return until(() => `There is no key ${file}: ${this.output}`, async () => {
      for await (const path of filesBelow(this.stateDir)) {
        if (!path.endsWith(`/${file}`)) continue;
        return createPublicKey(await Deno.readTextFile(path));
      }
      return undefined;
    });
  }

  /** Where a client finds a service. */
  endpoint(service: ListenerName): { hostname: string; port: number } {
    return { hostname: this.hostname, port: listenerRow(service).port };
  }

  /** A service of it as a host reaches it; its own host unless told otherwise. */
  place(service: ListenerName, from: Host = this.host): Place {
    const { hostname, port } = this.endpoint(service);
    return from.place(hostname, port);
  }

  /** Ends the process; the host and the state go with the network. */
  dispose(): Promise<void> {
    return this.#process.dispose();
  }
}
