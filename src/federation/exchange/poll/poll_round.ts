/**
 * One poll of one exchanger: its answer into a file, its messages one by one
 * where all mail from other servers goes, and then what became of each back to
 * it. Without that it gives them again, and who has them already is known.
 *
 * @module
 */
import type { Exchanger } from "../exchanger.ts";
import { AnswerIndex, type FetchedMessage } from "./answer_index.ts";
import { BodyFault, bodyOctets } from "./body_text.ts";
import {
  type ClientParts,
  type ExchangerAnswer,
  ExchangerTrouble,
  fetchFrom,
  tell,
} from "./exchanger_client.ts";
import { JsonFault } from "./json_scanner.ts";
import {
  type Fate,
  isOver,
  POLL_PROTOCOLS,
  type PollProtocol,
  type Taken,
} from "./protocols.ts";
import type { Spool, SpooledAnswer } from "./spool.ts";

/** A message that an exchanger has brought. */
export interface BroughtMessage {
  readonly exchanger: Exchanger;
  /** Empty is the null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  content(): AsyncIterable<Uint8Array>;
}

/**
 * Takes a message as one of another server; it is durable when this resolves as
 * taken. Errors of the content pass through.
 */
export type Intake = (message: BroughtMessage) => Promise<Taken>;

export interface RoundParts {
  readonly client: ClientParts;
  readonly spool: Spool;
  readonly intake: Intake;
  /** Ours. */
  readonly domains: readonly string[];
  reportBug(error: unknown): void;
}

export interface RoundOptions {
  /** Which of those it may be is found out. */
  readonly candidates: readonly PollProtocol[];
  readonly waitSeconds: number;
  /** Before anything has come. */
  readonly signal: AbortSignal;
}

export interface RoundResult {
  readonly protocol: PollProtocol;
  readonly messages: number;
  readonly pulled: number;
  readonly rejected: number;
  /** Refused for now, of what is never given again: it is kept here. */
  readonly kept: number;
  /** There is more to be had now. */
  readonly more: boolean;
}

/** One message that was taken in full by its protocol. */
const FULL_PAGE = 50;
/** Acknowledged at once, so that a crash repeats little. */
const ACK_AFTER = 20;

/** Which protocols an exchanger may speak, first the best. */
export function candidatesFor({ protocol }: Exchanger): PollProtocol[] {
  return protocol === "auto"
    ? [POLL_PROTOCOLS.v1, POLL_PROTOCOLS.pull, POLL_PROTOCOLS.me]
    : [POLL_PROTOCOLS[protocol]];
}

/** @throws {ExchangerTrouble} */
export async function pollRound(
  exchanger: Exchanger,
  options: RoundOptions,
  parts: RoundParts,
): Promise<RoundResult> {
  for (const [at, protocol] of options.candidates.entries()) {
    const isLast = at === options.candidates.length - 1;
    const round = new Round(exchanger, protocol, options, parts);
    if (await round.run(isLast)) return round.result;
  }
  throw new ExchangerTrouble("there is nothing to be asked at its URL");
}

/** What a crash, or trouble of ours, has left; gives how many messages are still to be taken. */
export async function takeKept(
  exchanger: Exchanger,
  answer: SpooledAnswer,
  parts: RoundParts,
): Promise<RoundResult> {
  const protocol = POLL_PROTOCOLS.me;
  const options = {
    candidates: [protocol],
    waitSeconds: 0,
    signal: new AbortController().signal,
  };
  const round = new Round(exchanger, protocol, options, parts);
  await round.takeKept(answer);
  return round.result;
}

class Round {
  readonly #counts = { messages: 0, pulled: 0, rejected: 0, kept: 0 };
  #more = false;

  constructor(
    readonly exchanger: Exchanger,
    readonly protocol: PollProtocol,
    readonly options: RoundOptions,
    readonly parts: RoundParts,
  ) {}

  get result(): RoundResult {
    return { ...this.#counts, protocol: this.protocol, more: this.#more };
  }

  /** False if another protocol is spoken there. */
  async run(isLast: boolean): Promise<boolean> {
    const { exchanger, protocol, options, parts } = this;
    const waitSeconds = protocol.waits ? options.waitSeconds : 0;
    for (const url of protocol.urls(exchanger, parts.domains, waitSeconds)) {
      if (!await this.#ask(url, waitSeconds, isLast)) return false;
    }
    return true;
  }

  async takeKept(answer: SpooledAnswer): Promise<void> {
    const index = new AnswerIndex(this.protocol.shape);
    try {
      for await (const octets of answer.read()) index.push(octets);
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error; // what came before counts
    }
    await this.#take(index, answer);
  }

  async #ask(url: URL, waitSeconds: number, isLast: boolean): Promise<boolean> {
    const { exchanger, protocol, options, parts } = this;
    const writer = await parts.spool.begin(exchanger.name);
    let spooled: SpooledAnswer;
    const index = new AnswerIndex(protocol.shape);
    let fault: JsonFault | undefined;
    try {
      const answer = await fetchFrom(exchanger, url, {
        waitMs: waitSeconds * 1000,
        signal: options.signal,
        async take(octets) {
          try {
            if (!fault) index.push(octets);
          } catch (error) {
            if (!(error instanceof JsonFault)) throw error;
            fault = error; // other statuses need no JSON
          }
          await writer.write(octets);
        },
      }, parts.client);
      const verdict = this.#verdict(answer, isLast);
      if (verdict !== "messages") {
        await writer.discard();
        return verdict === "nothing";
      }
      if (fault && !protocol.givesOnce) throw fault;
      spooled = await writer.finish(protocol.givesOnce);
    } catch (error) {
      await writer.discard().catch(() => {});
      throw troubleOf(error);
    }
    try {
      await this.#take(index, spooled);
    } catch (error) {
      throw troubleOf(error);
    }
    return true;
  }

  #verdict(
    { status, cut, retryAfterSeconds }: ExchangerAnswer,
    isLast: boolean,
  ): "messages" | "nothing" | "other_protocol" {
    const { protocol, exchanger, options } = this;
    if (status >= 200 && status < 300) {
      if (!cut) return "messages";
      throw new ExchangerTrouble("its answer is too large");
    }
    if (status === protocol.nothing) return "nothing";
    const isUnasked = status === 401 && exchanger.token === undefined;
    const isAnother = protocol.unknown.includes(status) || isUnasked;
    if (isAnother && !isLast && options.candidates.length > 1) {
      return "other_protocol";
    }
    throw new ExchangerTrouble(
      status === 401 || status === 403
        ? `it does not know our token (${status})`
        : `it answers ${status}`,
      retryAfterSeconds,
    );
  }

  /** The file goes when nothing in it is needed any more. */
  async #take(index: AnswerIndex, answer: SpooledAnswer): Promise<void> {
    let isNeeded = false;
    try {
      const { messages, more } = index.finish(this.protocol.givesOnce);
      isNeeded = this.protocol.givesOnce;
      this.#counts.messages += messages.length;
      this.#more ||= more ||
        (this.protocol.name === "pull" && messages.length >= FULL_PAGE);
      const kept = await this.#takeAll(messages, answer);
      this.#counts.kept += kept;
      isNeeded &&= kept > 0;
    } finally {
      if (!isNeeded) await answer.remove();
    }
  }

  /** Gives how many are refused for now. */
  async #takeAll(
    messages: readonly FetchedMessage[],
    answer: SpooledAnswer,
  ): Promise<number> {
    const fates: Fate[] = [];
    let later = 0;
    for (const message of messages) {
      const taken = await this.#takeOne(message, answer);
      if (taken.kind === "taken") this.#counts.pulled++;
      else if (isOver(taken)) this.#counts.rejected++;
      else later++;
      fates.push([message.id, taken]);
      if (fates.length === ACK_AFTER) await this.#tell(fates.splice(0));
    }
    if (fates.length > 0) await this.#tell(fates);
    return this.protocol.givesOnce ? later : 0;
  }

  async #takeOne(
    { reversePath, recipients, body }: FetchedMessage,
    answer: SpooledAnswer,
  ): Promise<Taken> {
    if (!body) return refused(550, "5.6.0 There is no message");
    if (recipients.length === 0) return refused(550, "5.1.3 No recipient");
    const { start, end, encoding } = body;
    try {
      return await this.parts.intake({
        exchanger: this.exchanger,
        reversePath,
        recipients,
        content: () => bodyOctets(answer.read(start, end), encoding),
      });
    } catch (error) {
      if (error instanceof BodyFault) {
        return refused(550, "5.6.0 The message cannot be decoded");
      }
      this.parts.reportBug(error); // the others are taken
      return refused(451, "4.3.0 Local error");
    }
  }

  async #tell(fates: readonly Fate[]): Promise<void> {
    const { exchanger, protocol, parts } = this;
    const told = protocol.acknowledgement?.(exchanger, fates);
    if (!told) return;
    const status = await tell(exchanger, told.url, told.json, parts.client);
    if (status >= 200 && status < 300) return;
    throw new ExchangerTrouble(`it answers ${status} to an acknowledgement`);
  }
}

function refused(code: number, text: string): Taken {
  return { kind: "refused", code, text };
}

function troubleOf(error: unknown): unknown {
  return error instanceof JsonFault
    ? new ExchangerTrouble(`its answer cannot be read: ${error.message}`)
    : error;
}
