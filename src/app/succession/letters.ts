/**
 * What a process and the one that takes its place say to each other, as lines
 * of JSON on a Unix socket. The two may be of different versions: a line that
 * cannot be understood ends the attempt, and the first process goes on.
 *
 * @module
 */
import {
  array,
  exactOptional,
  type InferOutput,
  integer,
  literal,
  maxLength,
  maxValue,
  minValue,
  number,
  object,
  parse,
  picklist,
  pipe,
  string,
  variant,
} from "valibot";
import { LISTENER_NAMES } from "../../config/listener_table.ts";
import { LineReceiver } from "../../control/control_protocol.ts";
import { UnixConnection } from "../../net/unix_sockets.ts";

/** Of one line, in octets: certificate chains and their keys are the most of it. */
const MAX_LINE_OCTETS = 4 * 1024 * 1024;
const MAX_LISTENERS = 256;

const port = pipe(number(), integer(), minValue(0), maxValue(65_535));

const LISTENING = object({
  name: picklist(LISTENER_NAMES),
  /** As file or settings say it. */
  wanted: object({
    host: exactOptional(string()),
    port,
    optional: exactOptional(literal(true)),
  }),
  /** What is bound. */
  address: object({ hostname: string(), port }),
});

const KEY_PAIR = object({ chainPem: string(), keyPem: string() });

const LETTER = variant("step", [
  /** From the successor: it has come up and read its configuration. */
  object({ step: literal("prepared") }),
  /** To it: what it is to bind beside its predecessor, and what it shows there. */
  object({
    step: literal("bind"),
    listeners: pipe(array(LISTENING), maxLength(MAX_LISTENERS)),
    keyPair: KEY_PAIR,
    /** For who asks for other names. */
    others: exactOptional(array(KEY_PAIR)),
  }),
  /** From it: new connections are its own now. */
  object({ step: literal("bound") }),
]);

export type Letter = InferOutput<typeof LETTER>;
export type Step = Letter["step"];

export class Correspondence {
  readonly #connection: UnixConnection;
  readonly #receiver = new LineReceiver(MAX_LINE_OCTETS);
  readonly #lines: string[] = [];

  constructor(connection: UnixConnection) {
    this.#connection = connection;
  }

  static async connect(path: string): Promise<Correspondence> {
    return new Correspondence(await UnixConnection.connect(path));
  }

  async send(letter: Letter): Promise<void> {
    const line = `${JSON.stringify(letter)}\n`;
    await this.#connection.write(new TextEncoder().encode(line));
  }

  /** @throws {Error} when the other one has gone, or says something else */
  async receive<S extends Step>(
    step: S,
  ): Promise<Extract<Letter, { step: S }>> {
    const letter = parse(LETTER, JSON.parse(await this.#nextLine()));
    if (letter.step !== step) throw new SyntaxError(`Not "${step}"`);
    return letter as Extract<Letter, { step: S }>;
  }

  close(): void {
    this.#connection.close();
  }

  async #nextLine(): Promise<string> {
    while (this.#lines.length === 0) {
      const octets = await this.#connection.read();
      if (!octets) throw new Error("It has hung up");
      this.#lines.push(...this.#receiver.push(octets));
    }
    return this.#lines.shift() ?? "";
  }
}
