/** The thread that serves TURN, as the main one sees it. @module */
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import type { KeyPair, ListenAddress } from "../../net/listener.ts";
import { sharedPoll } from "../../net/descriptors/socket_calls.ts";
import type { ThreadDied } from "../../observe/threads.ts";
import { UNANSWERED, WorkerLink } from "../../observe/worker_link.ts";
import type { TurnOptions } from "../../turn/server/options.ts";
import { BindFailure } from "../service_listeners.ts";
import type { TurnAnswer, TurnListenerName, TurnQuestion } from "./messages.ts";

export type TurnReport = Extract<TurnAnswer, { kind: "report" }>;

export class TurnThread {
  readonly #link: WorkerLink<TurnQuestion, TurnAnswer>;

  constructor(onDeath: (error: ThreadDied) => void) {
    this.#link = new WorkerLink({
      url: new URL("./turn_worker.ts", import.meta.url),
      name: "turn",
    }, onDeath);
  }

  async use(options: TurnOptions): Promise<void> {
    await this.#ask({ kind: "use", options, poll: sharedPoll() });
  }

  async useCertificate({ chainPem, keyPem }: KeyPair): Promise<void> {
    const keyPair = { chainPem, keyPem };
    await this.#ask({ kind: "use_certificate", keyPair });
  }

  /** @throws {BindFailure} then nothing has changed */
  async listen(
    name: TurnListenerName,
    wanted: readonly Wanted[],
  ): Promise<readonly ListenAddress[]> {
    const answer = await this.#ask({ kind: "listen", name, wanted });
    if (answer.kind === "bound") return answer.addresses;
    if (answer.kind !== "not_bound") throw new TypeError("Wrong answer");
    throw new BindFailure(name, answer.problem.at, answer.problem.reason);
  }

  async report(): Promise<TurnReport> {
    const answer = await this.#ask({ kind: "report" });
    if (answer.kind !== "report") throw new TypeError("Wrong answer");
    return answer;
  }

  /** Ends it with all that it relays. */
  terminate(): void {
    this.#link.terminate();
  }

  async #ask(question: TurnQuestion): Promise<TurnAnswer> {
    const answer = await this.#link.ask(question);
    if (answer === UNANSWERED) throw new Error("The thread of TURN has ended");
    return answer;
  }
}
