/**
 * Inputs in, steps out: puts commands together from their lines and literals,
 * runs them in order and says how they ended (RFC 3501 §7.1).
 *
 * Whatever comes in, each command gets one tagged response and the session
 * stays usable, until there were too many that could not be read.
 *
 * @module
 */
import { Refusal } from "../../base/refusal.ts";
import type { LiteralHeader } from "../proto/literal.ts";
import type { ImapInput } from "../proto/receiver.ts";
import { Scanner } from "../proto/scanner.ts";
import type { ImapCut } from "./backend.ts";
import {
  type CommandRun,
  type Continuation,
  type ImapCommand,
  ImapNo,
  type Step,
} from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { responseFor } from "./refusals.ts";
import type { ImapSession } from "./session.ts";
import { beginUpload, type Upload } from "./upload.ts";

const NOTHING = new Uint8Array();
const OTHER = "OTHER";

/** A command whose end has not come yet. */
interface Unfinished {
  readonly lines: string[];
  readonly literals: Uint8Array[];
  /** Of all literals so far. */
  literalOctets: number;
  /** The literal that is coming in, made when it is announced. */
  literal: Uint8Array;
  /** How much of it is there. */
  filled: number;
  upload?: Upload;
  /** It is refused already; what still comes of it is thrown away. */
  failure?: unknown;
}

export class ImapInterpreter {
  #unfinished: Unfinished | undefined;
  #continuation:
    | { tag: string; name: string; continuation: Continuation<ImapSession> }
    | undefined;
  /** Of the command that runs, if there is such a command. */
  #name = OTHER;
  #bad = 0;

  constructor(readonly session: ImapSession) {}

  greeting(): Step {
    return {
      text:
        `* OK [CAPABILITY ${this.session.capabilities()}] IMAP4rev1 ready\r\n`,
    };
  }

  /** Yields the responses to one input, in order. Never throws. */
  async *receive(input: ImapInput): AsyncGenerator<Step> {
    if (input.kind === "fault") {
      yield this.#cut("long_line", "Line too long");
    } else if (input.kind === "literal") {
      await this.#literal(input);
    } else if (
      this.#continuation && !this.#unfinished && !input.literal &&
      !input.invalid && !input.eightBit
    ) {
      const { tag, name, continuation } = this.#continuation;
      this.#continuation = undefined;
      this.#name = name;
      yield* this.#run(tag, continuation.take(this.session, input.text));
    } else {
      yield* this.#line(input);
    }
  }

  /** The connection is over: forgets a command in the middle. */
  async end(): Promise<void> {
    const upload = this.#unfinished?.upload;
    this.#unfinished = undefined;
    if (upload) await this.#discard(upload);
    this.session.end();
  }

  async #discard(upload: Upload): Promise<void> {
    try {
      await upload.discard();
    } catch (error) {
      this.session.backend.reportBug(error);
    }
  }

  async *#line(
    input: ImapInput & { readonly kind: "line" },
  ): AsyncGenerator<Step> {
    const command = this.#unfinished ??= newCommand();
    command.lines.push(input.text);
    if (input.invalid || input.eightBit && !takesOctets(command)) {
      command.failure ??= new SyntaxError("Invalid characters");
    }
    if (this.#continuation) {
      command.failure ??= new SyntaxError(
        this.session.idling ? "Expected DONE" : "Invalid response",
      );
    }
    if (input.literal) yield* this.#announced(command, input.literal);
    else yield* this.#complete(command);
  }

  /** The client has announced a literal. */
  async *#announced(
    command: Unfinished,
    literal: LiteralHeader,
  ): AsyncGenerator<Step> {
    const { session } = this;
    if (command.upload) {
      command.failure ??= new SyntaxError("Too many arguments");
    }
    if (command.failure === undefined) await this.#admit(command, literal);
    if (command.failure === undefined) {
      if (literal.sync) yield { text: "+ OK\r\n" };
      return;
    }
    if (literal.sync) {
      yield { effect: "skip_literal" };
      yield* this.#complete(command);
    } else if (
      literal.sizeOctets >
        (session.state === "not_authenticated"
          ? session.options.maxPreauthLiteralOctets
          : 2 * session.backend.limits().maxMessageOctets)
    ) yield this.#cut("large_literal", "Literal too large");
  }

  /** Makes room for a literal, or says why there is none. */
  async #admit(command: Unfinished, literal: LiteralHeader): Promise<void> {
    const { session } = this;
    const { maxLiteralOctets, maxPreauthLiteralOctets } = session.options;
    try {
      const args = new Scanner(command);
      args.tag();
      args.space();
      if (
        args.commandName() === "APPEND" && session.state !== "not_authenticated"
      ) {
        const upload = await beginUpload(session, args, literal.sizeOctets);
        if (upload) {
          command.upload = upload;
          return;
        }
      }
      command.literalOctets += literal.sizeOctets;
      const room = session.state === "not_authenticated"
        ? maxPreauthLiteralOctets
        : maxLiteralOctets;
      if (command.literalOctets > room) {
        throw new SyntaxError("Literal too large");
      }
      command.literal = new Uint8Array(literal.sizeOctets);
      command.filled = 0;
    } catch (error) {
      command.failure = error;
    }
  }

  async #literal(
    { octets, last }: ImapInput & { readonly kind: "literal" },
  ): Promise<void> {
    const command = this.#unfinished;
    if (!command || command.failure !== undefined) return;
    if (command.upload) {
      try {
        await command.upload.write(octets);
      } catch (error) {
        command.failure = error;
      }
      return;
    }
    command.literal.set(octets, command.filled);
    command.filled += octets.length;
    if (last) command.literals.push(command.literal);
  }

  async *#complete(command: Unfinished): AsyncGenerator<Step> {
    this.#unfinished = undefined;
    const { upload } = command;
    const waiting = this.#continuation;
    this.#continuation = undefined;
    let tag = waiting?.tag ?? "*";
    this.#name = waiting?.name ?? OTHER;
    try {
      const args = new Scanner(command);
      if (!waiting) tag = args.tag();
      if (command.failure !== undefined) throw command.failure;
      if (upload && command.lines.at(-1) !== "") {
        throw new SyntaxError("Too many arguments");
      }
      if (upload) {
        this.#name = "APPEND";
        yield* this.#run(tag, uploadRun(upload));
      } else yield* this.#execute(tag, args);
    } catch (error) {
      if (upload) await this.#discard(upload);
      if (this.session.idling) this.session.idling = false;
      yield* this.#refuse(tag, error);
    }
  }

  async *#execute(tag: string, args: Scanner): AsyncGenerator<Step> {
    args.space();
    const { session } = this;
    const name = args.commandName();
    const command = COMMANDS.get(name);
    if (!command) throw new SyntaxError("Unknown command");
    this.#name = name;
    if (!command.states.includes(session.state)) {
      throw new SyntaxError("Command not allowed now");
    }
    const parsed = command.parse(args);
    args.end();
    if (command.needsUids) await session.loadUids();
    yield* this.#run(tag, command.run(session, parsed), command);
  }

  /** One command from its run to its tagged response. */
  async *#run(
    tag: string,
    run: CommandRun<ImapSession>,
    command?: ImapCommand<unknown, ImapSession>,
  ): AsyncGenerator<Step> {
    const withholdExpunge = command?.withholdsExpunge === true;
    let end;
    try {
      end = yield* run;
      if (typeof end === "object" && "prompt" in end) {
        this.#continuation = { tag, name: this.#name, continuation: end };
        yield { text: `+ ${end.prompt}\r\n` };
        if (this.session.idling) {
          yield* this.#notices({ withholdExpunge: false });
        }
        return;
      }
      // Nothing follows BYE but the tagged response (RFC 3501 §6.1.3).
      if (typeof end === "string" || end.effect !== "close") {
        yield* this.#notices({ withholdExpunge });
      }
    } catch (error) {
      yield* this.#refuse(tag, error, withholdExpunge);
      return;
    }
    this.session.backend.countCommand(this.#name, "ok");
    if (typeof end === "string") yield { text: `${tag} OK ${end}\r\n` };
    else yield { text: `${tag} OK ${end.text}\r\n`, effect: end.effect };
  }

  /** What has happened in the selected mailbox, for the client to know. */
  async *#notices(
    options: { readonly withholdExpunge: boolean },
  ): AsyncGenerator<Step> {
    const { session } = this;
    if (!session.hasNotices) return;
    if (!session.noticesReady) await session.prepareNotices();
    const text = session.takeNotices(options);
    if (text) yield { text };
  }

  async *#refuse(
    tag: string,
    error: unknown,
    withholdExpunge = true,
  ): AsyncGenerator<Step> {
    const response = this.#responseTo(error);
    this.session.backend.countCommand(
      this.#name,
      response.startsWith("BAD") ? "bad" : "no",
    );
    try {
      yield* this.#notices({ withholdExpunge });
    } catch (another) {
      this.session.backend.reportBug(another);
    }
    yield { text: `${tag} ${response}\r\n` };
    const { options, state, loginFailures } = this.session;
    const limit = state === "not_authenticated"
      ? options.maxPreauthBad
      : options.maxBad;
    if (this.#bad >= limit) {
      yield this.#cut("too_many_errors", "Too many invalid commands");
    } else if (loginFailures >= options.maxLoginFailures) {
      yield this.#cut("failed_logins", "Too many failed logins");
    }
  }

  #cut(reason: ImapCut, text: string): Step {
    this.session.backend.countCut(reason);
    return bye(text);
  }

  #responseTo(error: unknown): string {
    if (error instanceof Refusal) {
      this.session.backend.countRefusal(error.code);
      return responseFor(error);
    }
    if (error instanceof ImapNo) return `NO ${error.message}`;
    if (error instanceof SyntaxError) {
      this.#bad++;
      return `BAD ${error.message}`;
    }
    this.session.backend.reportBug(error);
    return "NO [SERVERBUG] Internal error";
  }
}

/** Whether octets over 127 may stand in the lines of this command. */
function takesOctets(command: Unfinished): boolean {
  try {
    const args = new Scanner(command);
    args.tag();
    args.space();
    return COMMANDS.get(args.commandName())?.takesOctets ?? false;
  } catch {
    return false;
  }
}

async function* uploadRun(upload: Upload): CommandRun<ImapSession> {
  return await upload.finish();
}

function newCommand(): Unfinished {
  return {
    lines: [],
    literals: [],
    literalOctets: 0,
    literal: NOTHING,
    filled: 0,
  };
}

export function bye(text: string): Step {
  return { text: `* BYE ${text}\r\n`, effect: "close" };
}
