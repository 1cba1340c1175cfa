/** Who may have something done: credentials that hold, and no more requests than a person has. @module */
import type { Login } from "../../accounts/login.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import type { HttpPeer } from "../../http/peer.ts";
import type { WebAccount, WebmailBackend } from "./backend.ts";
import { type Credentials, headerCredentials } from "./credentials.ts";
import { faultFor, tooManyRequests } from "./faults.ts";
import { LargeMessages } from "./large_messages.ts";
import { OpenSockets } from "./open_sockets.ts";
import { Tickets } from "./tickets.ts";

const MOST_LARGE = 3;
const CHANGES = { burst: 10, perSecond: 10 / 3600 };

export interface Admitted {
  readonly login: Login;
  readonly account: WebAccount;
}

/** What all requests of web mail share, for as long as the server runs. */
export class Admission {
  readonly sockets: OpenSockets;
  readonly tickets: Tickets;
  /** On their way in, and on their way out. */
  readonly incoming = new LargeMessages(MOST_LARGE);
  readonly outgoing = new LargeMessages(MOST_LARGE);
  readonly #requests: TokenBuckets;
  readonly #changes: TokenBuckets;

  constructor(readonly backend: WebmailBackend) {
    this.sockets = new OpenSockets(() => backend.options());
    this.tickets = new Tickets(backend);
    this.#requests = new TokenBuckets(backend.clock, () => {
      const { requestsPerMinute } = backend.options();
      return { burst: requestsPerMinute, perSecond: requestsPerMinute / 60 };
    });
    this.#changes = new TokenBuckets(backend.clock, () => CHANGES);
  }

  /** @throws {Refusal | WebmailFault} */
  async admit(
    { address, password }: Credentials,
    peer: HttpPeer,
  ): Promise<Admitted> {
    const login = await this.backend.login(address, password, peer);
    return this.admitLogin(login, peer);
  }

  /** Whether a request is of somebody who has an account. */
  async knows(request: Request, peer: HttpPeer): Promise<boolean> {
    if (!this.backend.isSafe(peer)) return false;
    try {
      const { address, password } = headerCredentials(request);
      await this.backend.login(address, password, peer);
      return true;
    } catch (error) {
      if (!faultFor(error)) this.backend.reportBug(error);
      return false;
    }
  }

  /** One who has logged in before. @throws {WebmailFault} */
  admitLogin(login: Login, peer: HttpPeer): Admitted {
    this.countRequest(login);
    return { login, account: this.backend.account(login, peer) };
  }

  /** Of a password, or of an account that goes. @throws {WebmailFault} there were too many */
  countChange({ id }: Pick<Login, "id">): void {
    const wait = this.#changes.take(String(id));
    if (wait > 0) throw tooManyRequests(wait);
  }

  /** @throws {WebmailFault} there were too many */
  countRequest({ id }: Pick<Login, "id">): void {
    const wait = this.#requests.take(String(id));
    if (wait > 0) throw tooManyRequests(wait);
  }
}
