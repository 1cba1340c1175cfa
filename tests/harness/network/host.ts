/** A host of a test network: what runs in it, its link, what it lets in. @module */
import type { Place } from "../line_connection.ts";
import { HelperProcess } from "./helper_process.ts";
import { type CommandLine, denoCommand, Namespace } from "./namespace.ts";
import { REPOSITORY } from "../server_process.ts";
import type { TunnelRequest } from "./tunnel_main.ts";

/** The network as its hosts know it. */
export interface Surroundings {
  readonly hub: Namespace;
  readonly folder: string;
  readonly authority: { readonly rootPem: string };
  readonly authorityFile: string;
}

/** What a host does not let in over TCP. */
export interface Barrier {
  /** Only from these hosts. */
  readonly from?: readonly Host[];
  /** Only to these ports; without them, to all. */
  readonly ports?: readonly number[];
  /** Silence is a timeout at the other end, reset a refused connection. */
  readonly answer: "silence" | "reset";
}

export class Host {
  #tunnel: Promise<Tunnel> | undefined;
  #delay: HelperProcess | undefined;

  constructor(
    readonly namespace: Namespace,
    readonly ipv4: string,
    readonly ipv6: string,
    readonly network: Surroundings,
    /** Its end of the link at the bridge. */
    readonly bridgePort: string,
  ) {}

  /**
   * Links it to the bridge and gives it its addresses.
   *
   * @param delayMs What each packet to it and from it takes
   */
  async attach(delayMs: number): Promise<void> {
    const { hub } = this.network;
    const { namespace } = this;
    await hub.ip(
      ...`link add ${this.bridgePort} type veth peer name eth0 netns ${namespace.name}`
        .split(" "),
    );
    if (delayMs > 0) await this.#attachLate(delayMs);
    else await hub.ip("link", "set", this.bridgePort, "master", "br0", "up");
    await namespace.ip("address", "add", `${this.ipv4}/16`, "dev", "eth0");
    await namespace.ip(
      ...`address add ${this.ipv6}/64 dev eth0 nodad`.split(" "),
    );
    await namespace.ip("link", "set", "eth0", "up");
  }

  async #attachLate(delayMs: number): Promise<void> {
    const { hub } = this.network;
    const [near, far] = [`${this.bridgePort}a`, `${this.bridgePort}b`];
    await hub.ip(..."link add".split(" "), near, "type", "veth", "peer", far);
    await hub.ip("link", "set", far, "master", "br0", "up");
    await hub.ip("link", "set", near, "up");
    await hub.ip("link", "set", this.bridgePort, "up");
    const script = `${REPOSITORY}tests/harness/network/delay.py`;
    const args = [this.bridgePort, near, String(delayMs)];
    this.#delay = new HelperProcess(
      hub.command(["python3", script, ...args]),
    );
    await this.#delay.line();
  }

  /** Starts a program here, with our authority as the only one that it trusts. */
  spawn(
    command: CommandLine,
    environment: Readonly<Record<string, string>> = {},
  ): Deno.ChildProcess {
    const [program, ...args] = this.namespace.command(command);
    return new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { ...this.environment, ...environment },
    }).spawn();
  }

  /** A compiled program reads the authority from there, too, when it first connects. */
  get environment(): Readonly<Record<string, string>> {
    return {
      NO_COLOR: "1",
      SSL_CERT_FILE: this.network.authorityFile,
      DENO_TLS_CA_STORE: "system",
    };
  }

  /** Pulls its cable: what others send is lost, and nobody says so. */
  async unplug(): Promise<void> {
    await this.network.hub.ip("link", "set", this.bridgePort, "down");
  }

  async plug(): Promise<void> {
    await this.network.hub.ip("link", "set", this.bridgePort, "up");
  }

  /** Replaces what it does not let in; without barriers it lets all in. */
  async barriers(...barriers: readonly Barrier[]): Promise<void> {
    const lines = [
      "add table inet postern",
      "delete table inet postern",
      "add table inet postern",
      "add chain inet postern input { type filter hook input priority 0; }",
      ...barriers.flatMap(rules).map((rule) =>
        `add rule inet postern input ${rule}`
      ),
    ];
    await this.namespace.execute(["nft", "-f", "-"], `${lines.join("\n")}\n`);
  }

  /** A service as this host reaches it, for clients in the process of the test. */
  place(hostname: string, port: number): Place {
    return {
      connect: async (certificate) => {
        const tunnel = await (this.#tunnel ??= Tunnel.open(this));
        const tls = certificate === undefined
          ? {}
          : { tls: { name: hostname, authority: certificate } };
        return await tunnel.connect({ hostname, port, ...tls });
      },
    };
  }

  async dispose(): Promise<void> {
    const tunnel = await this.#tunnel?.catch(() => undefined);
    await tunnel?.dispose();
    await this.#delay?.dispose();
    await this.namespace.dispose();
  }
}

/** As in nft(8). */
function rules({ from, ports, answer }: Barrier): string[] {
  const what = ports ? `tcp dport { ${ports.join(", ")} }` : "meta l4proto tcp";
  const end = answer === "silence" ? "drop" : "reject with tcp reset";
  if (!from) return [`${what} ${end}`];
  const list = (addresses: string[]) => `{ ${addresses.join(", ")} }`;
  return [
    `ip saddr ${list(from.map(({ ipv4 }) => ipv4))} ${what} ${end}`,
    `ip6 saddr ${list(from.map(({ ipv6 }) => ipv6))} ${what} ${end}`,
  ];
}

class Tunnel {
  private constructor(readonly path: string, readonly helper: HelperProcess) {}

  static async open({ namespace, network }: Host): Promise<Tunnel> {
    const path = `${network.folder}/${namespace.name}.sock`;
    const module = "tests/harness/network/tunnel_main.ts";
    const helper = new HelperProcess(
      namespace.command(denoCommand(module, path)),
    );
    await helper.line();
    return new Tunnel(path, helper);
  }

  /** @throws {Error} with the reason of the other side */
  async connect(request: TunnelRequest): Promise<Deno.Conn> {
    const connection = await Deno.connect({
      transport: "unix",
      path: this.path,
    });
    await connection.write(
      new TextEncoder().encode(`${JSON.stringify(request)}\n`),
    );
    const answer = await readLine(connection);
    if (answer === "ok") return connection;
    connection.close();
    throw new Error(answer);
  }

  dispose(): Promise<void> {
    return this.helper.dispose();
  }
}

/** Octet by octet: what follows is the other side's. */
async function readLine(connection: Deno.Conn): Promise<string> {
  const octet = new Uint8Array(1);
  let line = "";
  while (await connection.read(octet) !== null && octet[0] !== 10) {
    line += String.fromCharCode(octet[0]!);
  }
  return line;
}
