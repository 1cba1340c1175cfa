/**
 * A network of its own for a test: hosts, each in a namespace, at one bridge,
 * with one DNS server and one certificate authority for all. Nothing leads out.
 *
 * Addresses are those kept for such tests (RFC 2544, RFC 3849). Networks do not
 * see each other, so all have the same.
 *
 * @module
 */
import { TestAuthority } from "../authority.ts";
import type { ZoneName } from "../dns_server.ts";
import type { ZoneEdit } from "./dns_main.ts";
import { HelperProcess } from "./helper_process.ts";
import { Host } from "./host.ts";
import { denoCommand, Namespace } from "./namespace.ts";

/** The number of the bridge; hosts have those after it. */
const HUB = 1;

export class Network {
  readonly #dns: HelperProcess;
  readonly #hosts: Host[] = [];
  #lastNumber = HUB;

  private constructor(
    readonly authority: TestAuthority,
    readonly hub: Namespace,
    /** Goes with the network. */
    readonly folder: string,
    dns: HelperProcess,
  ) {
    this.#dns = dns;
  }

  static async make(): Promise<Network> {
    const folder = await Deno.makeTempDir({ prefix: "pn-" });
    const authority = await TestAuthority.make();
    await Deno.writeTextFile(`${folder}/authority.pem`, authority.rootPem);
    const hub = await Namespace.make("hub");
    try {
      const [address] = addresses(HUB);
      // without snooping, which loses the first neighbour solicitations (RFC 4861)
      await hub.ip(
        ..."link add name br0 type bridge mcast_snooping 0".split(" "),
      );
      await hub.ip("address", "add", `${address}/16`, "dev", "br0");
      await hub.ip("link", "set", "br0", "up");
      const dns = new HelperProcess(
        hub.command(denoCommand("tests/harness/network/dns_main.ts", address)),
      );
      const network = new Network(authority, hub, folder, dns);
      await network.setName("network.example", { A: [address] });
      return network;
    } catch (error) {
      await hub.dispose();
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** The file with the certificate of the authority, for `SSL_CERT_FILE`. */
  get authorityFile(): string {
    return `${this.folder}/authority.pem`;
  }

  get dnsAddress(): string {
    return addresses(HUB)[0];
  }

  /** Sets what DNS says of a name; from the next question on. */
  async setName(name: string, records: ZoneName): Promise<void> {
    await this.#edit({ name, records });
  }

  async removeName(name: string): Promise<void> {
    await this.#edit({ name, records: null });
  }

  async #edit(edit: ZoneEdit): Promise<void> {
    await this.#dns.ask(JSON.stringify(edit));
  }

  /**
   * A host with addresses of its own.
   *
   * @param label A word, for its name
   * @param delayMs What each packet to it and from it takes
   */
  async addHost(label: string, delayMs = 0): Promise<Host> {
    const number = ++this.#lastNumber;
    const [ipv4, ipv6] = addresses(number);
    const namespace = await Namespace.make(label);
    const host = new Host(namespace, ipv4, ipv6, this, `port${number}`);
    this.#hosts.push(host);
    await host.attach(delayMs);
    await namespace.setResolver(this.dnsAddress);
    return host;
  }

  /** Ends all that runs in it, and removes it. */
  async dispose(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.dispose()));
    await this.#dns.dispose();
    await this.hub.dispose();
    await Deno.remove(this.folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** IPv4 and IPv6 of the host with this number, 1 to 250. */
function addresses(number: number): readonly [string, string] {
  return [`198.18.0.${number}`, `2001:db8::${number.toString(16)}`];
}
