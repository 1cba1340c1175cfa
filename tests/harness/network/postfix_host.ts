/**
 * Debian's Postfix on a host of a test network, as a mail server that knows
 * nothing of relays: STARTTLS is demanded of others, and of them a certificate
 * that it can verify; OpenDKIM signs what it sends and says of what comes
 * whether its signature is good.
 *
 * Configuration, queue and mail are in the network's folder: nothing of the
 * machine's own Postfix is touched.
 *
 * @module
 */
import type { Place } from "../line_connection.ts";
import { until } from "../until.ts";
import type { Host } from "./host.ts";
import type { Network } from "./network.ts";

const DAEMONS = "/usr/lib/postfix/sbin";
const MILTER_PORT = 8891;
const SELECTOR = "postfix";
/** Of Debian's `nobody`, who owns the mail. */
const OWNER = 65_534;

/** Why there is no Postfix to test with; undefined where there is. */
export const NO_POSTFIX: string | undefined =
  exists(`${DAEMONS}/master`) && exists("/usr/sbin/opendkim")
    ? undefined
    : "postfix and opendkim are not installed";

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

export interface PostfixOptions {
  /** Where something else has run before; without it, a new one. */
  readonly host?: Host;
  /** The one mailbox; `zoe` unless told otherwise. */
  readonly mailbox?: string;
  /** It takes mail for the mailbox, and then has nobody to give it to. */
  readonly isGone?: boolean;
}

export class PostfixHost {
  #output = "";
  readonly #processes: Deno.ChildProcess[] = [];
  readonly #reading: Promise<void>[] = [];

  private constructor(
    readonly host: Host,
    readonly domain: string,
    readonly folder: string,
    readonly mailbox: string,
  ) {}

  /** Starts it with one mailbox, and waits until it takes mail. */
  static async start(
    network: Network,
    domain: string,
    { host, mailbox = "zoe", isGone = false }: PostfixOptions = {},
  ): Promise<PostfixHost> {
    const place = host ?? await network.addHost("postfix");
    const folder = `${network.folder}/postfix-${place.namespace.name}`;
    const postfix = new PostfixHost(place, domain, folder, mailbox);
    for (const name of ["etc", "queue", "data", "mail"]) {
      await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    }
    await Deno.chmod(network.folder, 0o755);
    await Deno.chown(`${folder}/mail`, OWNER, OWNER);
    await place.namespace.execute(["chown", "postfix", `${folder}/data`]);
    await postfix.#publish(network);
    await postfix.#configure(network, isGone ? "gone" : "virtual");
    postfix.#run("opendkim", "-f", "-x", `${folder}/etc/opendkim.conf`);
    // makes the folders of the queue
    await place.namespace.execute(["postfix", "-c", `${folder}/etc`, "check"]);
    postfix.#run(`${DAEMONS}/master`, "-c", `${folder}/etc`, "-s");
    await postfix.#untilReady();
    return postfix;
  }

  async #publish(network: Network): Promise<void> {
    const { domain, host } = this;
    const addresses = { A: [host.ipv4], AAAA: [host.ipv6] };
    await network.setName(`mx.${domain}`, addresses);
    await network.setName(domain, {
      MX: [`10 mx.${domain}`],
      TXT: ["v=spf1 mx -all"],
    });
    const keys = await crypto.subtle.generateKey(
      {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256",
      },
      true,
      ["sign", "verify"],
    );
    const open = await crypto.subtle.exportKey("spki", keys.publicKey);
    const secret = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    await network.setName(`${SELECTOR}._domainkey.${domain}`, {
      TXT: [`v=DKIM1; k=rsa; p=${new Uint8Array(open).toBase64()}`],
    });
    const body = new Uint8Array(secret).toBase64().replaceAll(/.{64}/g, "$&\n");
    await this.#write(
      "dkim.pem",
      `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
    );
  }

  async #configure(network: Network, transport: string): Promise<void> {
    const { domain, folder, mailbox } = this;
    const pair = await network.authority.issue([`mx.${domain}`]);
    await this.#write("chain.pem", pair.keyPem + pair.chainPem);
    await this.#write(
      "opendkim.conf",
      `
Mode sv
Domain ${domain}
Selector ${SELECTOR}
KeyFile ${folder}/etc/dkim.pem
Canonicalization relaxed/relaxed
Socket inet:${MILTER_PORT}@127.0.0.1
Nameservers ${network.dnsAddress}
Background no
Syslog no
RequireSafeKeys no
AlwaysAddARHeader yes
`,
    );
    await this.#write(
      "main.cf",
      `
compatibility_level = 3.6
maillog_file = /dev/stdout
queue_directory = ${folder}/queue
data_directory = ${folder}/data
daemon_directory = ${DAEMONS}
myhostname = mx.${domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_protocols = all
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{${mailbox}@${domain}=${mailbox}/}
virtual_transport = ${transport}
virtual_uid_maps = static:${OWNER}
virtual_gid_maps = static:${OWNER}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_tls_chain_files = ${folder}/etc/chain.pem
smtpd_tls_security_level = may
smtpd_sender_restrictions = permit_mynetworks, reject_plaintext_session
smtpd_tls_received_header = yes
smtp_tls_security_level = verify
smtp_tls_CAfile = ${network.authorityFile}
smtpd_milters = inet:127.0.0.1:${MILTER_PORT}
milter_default_action = tempfail
minimal_backoff_time = 5s
queue_run_delay = 5s
`,
    );
    await this.#write("master.cf", MASTER);
  }

  async #write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/etc/${name}`, text, {
      mode: 0o600,
    });
  }

  #run(program: string, ...args: string[]): void {
    const child = this.host.spawn([program, ...args]);
    this.#processes.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      this.#reading.push(this.#collect(stream));
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#output += decoder.decode(chunk, { stream: true });
    }
  }

  async #untilReady(): Promise<void> {
    for (const port of [25, MILTER_PORT]) {
      await until(
        () => `Postfix does not start: ${this.#output}`,
        () => this.#accepts(port),
      );
    }
  }

  async #accepts(port: number): Promise<boolean> {
    const place = this.host.place("127.0.0.1", port);
    if (typeof place === "number") return false;
    try {
      (await place.connect()).close();
      return true;
    } catch {
      return false;
    }
  }

  /** What both programs have said. */
  get output(): string {
    return this.#output;
  }

  /** Where its own users submit, without a password. */
  get submission(): Place {
    return this.host.place("127.0.0.1", 25);
  }

  /** Every message in the mailbox. */
  async mail(): Promise<string[]> {
    const found: string[] = [];
    const folder = `${this.folder}/mail/${this.mailbox}/new`;
    try {
      for await (const { name } of Deno.readDir(folder)) {
        found.push(await Deno.readTextFile(`${folder}/${name}`));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // no mail yet
    }
    return found;
  }

  /** Ends both, with all that they have started. */
  async dispose(): Promise<void> {
    for (const child of this.#processes) {
      child.kill("SIGTERM");
      await child.status;
    }
    await Promise.all(this.#reading);
  }
}

/** master(5), without what a peer has no use for, and nothing in a chroot. */
const MASTER = `
smtp      inet  n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
gone      unix  - n n - - pipe flags=R user=nobody argv=/bin/false
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
showq     unix  n - n - - showq
pickup    unix  n - n 60 1 pickup
`;
