/**
 * The thread that serves TURN: media of calls never waits for mail, nor mail for
 * media.
 *
 * @module
 */
import { systemRandom } from "../../base/random.ts";
import type { KeyPair, ListenAddress } from "../../net/listener.ts";
import { withOptions } from "../../net/listening_options.ts";
import { acceptAll } from "../../net/loop/accepting.ts";
import { NativeListener } from "../../net/native_listener.ts";
import { redactError } from "../../observe/redact.ts";
import { answerQuestions } from "../../observe/worker_link.ts";
import type { TurnOptions } from "../../turn/server/options.ts";
import { TurnServer } from "../../turn/server/server.ts";
import { SYSTEM_CLOCK } from "../system_time.ts";
import { listInterfaces } from "./interfaces.ts";
import { DatagramLoop } from "./datagram_loop.ts";
import { BindFault, Listening, type SocketGroup } from "./listening.ts";
import type { TurnAnswer, TurnListenerName, TurnQuestion } from "./messages.ts";
import { TurnStreams } from "./streams.ts";
import {
  checkUnused,
  type RelayHosts,
  UdpListener,
  UdpRelaySockets,
} from "./udp.ts";

const SWEEP_MS = 1000;
const BACKLOG = 512;
const MAX_ADDRESSES = 32;
const MAX_BUGS = 20;
const ANY = { 4: "0.0.0.0", 6: "::" } as const;

class TurnThread {
  readonly #server: TurnServer;
  readonly #loop: DatagramLoop | undefined;
  readonly #streams: TurnStreams;
  readonly #listening: Readonly<Record<TurnListenerName, Listening>>;
  readonly #tls = new Set<NativeListener>();
  #relayHosts: RelayHosts;
  #keyPair: KeyPair | undefined;
  #bugs: string[] = [];

  constructor(options: TurnOptions, poll: number | undefined) {
    const onBug = (error: unknown) => this.#bug(error);
    this.#loop = DatagramLoop.open(poll, onBug);
    this.#relayHosts = relayHosts(options);
    this.#server = new TurnServer({
      clock: SYSTEM_CLOCK,
      random: systemRandom,
      lot: Math.random,
      sockets: new UdpRelaySockets(() => this.#relayHosts, this.#loop, onBug),
    }, options);
    this.#streams = new TurnStreams(this.#server, onBug);
    this.#listening = {
      turn: new Listening("turn", (address) => this.#openPlain(address)),
      turn_tls: new Listening("turn_tls", (address) => this.#openTls(address)),
    };
    setInterval(() => {
      this.#server.sweep();
      this.#streams.sweep();
    }, SWEEP_MS);
  }

  use(options: TurnOptions): void {
    this.#relayHosts = relayHosts(options);
    this.#server.use(options);
  }

  async useCertificate(keyPair: KeyPair): Promise<void> {
    this.#keyPair = keyPair;
    await Promise.all(
      [...this.#tls].map((listener) => listener.renew()),
    );
  }

  async listen(
    name: TurnListenerName,
    wanted: Parameters<Listening["apply"]>[0],
  ): Promise<TurnAnswer> {
    try {
      await this.#listening[name].apply(wanted);
      return { kind: "bound", addresses: this.#listening[name].addresses };
    } catch (error) {
      if (!(error instanceof BindFault)) throw error;
      return { kind: "not_bound", problem: error.problem };
    }
  }

  report(): TurnAnswer {
    const bugs = this.#bugs;
    this.#bugs = [];
    return { kind: "report", counters: this.#server.counters(), bugs };
  }

  #bug(error: unknown): void {
    if (this.#bugs.length < MAX_BUGS) this.#bugs.push(redactError(error));
  }

  /** UDP and TCP on one port. */
  #openPlain(address: ListenAddress): Promise<SocketGroup> {
    const opened: { close(): void }[] = [];
    const onBug = (error: unknown) => this.#bug(error);
    try {
      const tcp = withOptions(() =>
        Deno.listen({ ...address, tcpBacklog: BACKLOG })
      );
      opened.push(tcp);
      const hostnames = udpHosts(address.hostname);
      for (const one of hostnames) checkUnused(one, address.port);
      for (const hostname of hostnames) {
        const at = { ...address, hostname };
        opened.push(new UdpListener(this.#server, this.#loop, onBug, at));
      }
      void acceptAll(
        tcp,
        (connection) => void this.#streams.serve(connection),
        () => {}, // no descriptors: the main thread tells of it
      );
    } catch (error) {
      opened.forEach((one) => one.close());
      return Promise.reject(error);
    }
    return Promise.resolve({
      close: () => opened.forEach((one) => one.close()),
    });
  }

  #openTls(address: ListenAddress): Promise<SocketGroup> {
    const keyPairFor = () => {
      if (!this.#keyPair) throw new TypeError("No certificate");
      return this.#keyPair;
    };
    keyPairFor(); // before anything is bound
    // a port that is shared would not notice another program
    Deno.listen({ ...address }).close();
    const listener = new NativeListener({
      address,
      keyPairFor,
      onlyKeyPair: keyPairFor,
      onFault: () => {}, // no descriptors: the main thread tells of it
      onConnection: (connection) => void this.#streams.serve(connection),
    });
    this.#tls.add(listener);
    return Promise.resolve({
      close: () => {
        this.#tls.delete(listener);
        return listener.close();
      },
    });
  }
}

/**
 * A socket on all addresses answers from whichever the route prefers, which need
 * not be the one that was asked: so each address has sockets of its own, and
 * those on all are for addresses that come later.
 */
function udpHosts(hostname: string): string[] {
  if (hostname !== ANY[4] && hostname !== ANY[6]) return [hostname];
  const own = listInterfaces().filter((one) =>
    hostname === ANY[6] || !one.includes(":")
  );
  return [...own.slice(0, MAX_ADDRESSES), hostname];
}

/** The relayed address itself where this machine has it; behind a NAT it has others. */
function relayHosts({ relayAddresses }: TurnOptions): RelayHosts {
  const own = new Set(listInterfaces());
  const hosts: { 4?: string; 6?: string } = {};
  for (const family of [4, 6] as const) {
    const address = relayAddresses[family];
    if (address === undefined) continue;
    hosts[family] = own.has(address) ? address : ANY[family];
  }
  return hosts;
}

let thread: TurnThread | undefined;

answerQuestions<TurnQuestion, TurnAnswer>(async (question) => {
  if (question.kind === "use") {
    if (thread) thread.use(question.options);
    else thread = new TurnThread(question.options, question.poll);
    return { kind: "done" };
  }
  if (!thread) throw new TypeError("Asked before it was told what to do");
  switch (question.kind) {
    case "use_certificate":
      await thread.useCertificate(question.keyPair);
      return { kind: "done" };
    case "listen":
      return await thread.listen(question.name, question.wanted);
    case "report":
      return thread.report();
  }
});
