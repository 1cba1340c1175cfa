/** A whole server and an authority as real ones are. @module */
import { connect } from "node:tls";
import { postern } from "../cli/command_line.ts";
import { freePorts, Server, type ServerOptions } from "../harness/server.ts";
import { HAS_PEBBLE, Pebble, type PebbleOptions } from "./pebble.ts";
import { LIMIT_MS } from "../harness/until.ts";

const AUTOCERT = '[tls]\nmode = "autocert"';

export interface Together {
  readonly pebble: Pebble;
  readonly server: Server;
}

export interface TogetherOptions extends Partial<ServerOptions> {
  readonly acme?: string;
  readonly pebble?: Partial<PebbleOptions>;
  /** Done before the server starts. */
  before?(pebble: Pebble): Promise<void>;
}

export async function together(
  { acme = "", pebble: pebbleOptions = {}, before, ...more }: TogetherOptions,
  work: (both: Together) => Promise<void>,
): Promise<void> {
  const ports = freePorts();
  const pebble = await Pebble.start({
    httpPort: ports.http,
    tlsPort: ports.https,
    ...pebbleOptions,
  });
  try {
    await before?.(pebble);
    const server = await Server.start({
      ...more,
      ports,
      tls: more.tls ?? AUTOCERT,
      config: pebble.config(acme),
    });
    try {
      await work({ pebble, server });
    } finally {
      await server.dispose();
    }
  } finally {
    await pebble.dispose();
  }
}

/** What a client sees that knows only this root, without SNI if it asks for no name; undefined: it trusts nothing there. */
export function namesSeen(
  port: number,
  ca: string,
  servername = "",
): Promise<{ names: string; serial: string } | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      ca,
      servername,
      checkServerIdentity: () => undefined,
    }, () => {
      const { subjectaltname = "", serialNumber } = socket.getPeerCertificate();
      resolve({ names: subjectaltname, serial: serialNumber });
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(error);
      resolve(undefined);
    });
  });
}

export async function until<T>(
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  while (true) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error("It does not come");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const pebbleTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !HAS_PEBBLE, fn });

export interface StatusData {
  readonly present: boolean;
  readonly cert_type?: string;
  readonly spki_sha256?: string;
  readonly names: readonly {
    readonly name: string;
    readonly covered: boolean;
    readonly next_attempt: number | null;
    readonly problem: string | null;
  }[];
  readonly authority: {
    readonly challenges: readonly string[];
    readonly chain: string | null;
    readonly preferred_chain: string | null;
    readonly last_error: string | null;
    readonly next_attempt: number | null;
    readonly next_renewal: number | null;
    readonly failures: number;
  } | null;
}

export async function run(
  args: readonly string[],
  { configFile }: { readonly configFile: string },
) {
  return await postern(["certificate", ...args, "--json"], {
    POSTERN_CONFIG: configFile,
  });
}

export async function statusOf(server: Server): Promise<StatusData> {
  const { out } = await run(["status"], server);
  return JSON.parse(out).data;
}
