/**
 * What a service tells systemd of itself: sd_notify(3). Without
 * `NOTIFY_SOCKET` nobody is told, and nothing is different.
 *
 * @module
 */

/** Variables of the environment as systemd sets them. */
export type ServiceEnvironment = Readonly<Record<string, string | undefined>>;

/** `READY=1`, `STATUS=…`; see sd_notify(3). */
export type ServiceState = Readonly<Record<string, string>>;

const encoder = new TextEncoder();
const MAX_STATUS_CHARACTERS = 200;

export class NotifySocket {
  readonly #socket: Deno.DatagramConn;
  readonly #target: Deno.UnixAddr;
  #isClosed = false;

  private constructor(socket: Deno.DatagramConn, path: string) {
    this.#socket = socket;
    this.#target = { transport: "unixpacket", path };
  }

  /** Undefined where nobody listens, or where it cannot be reached. */
  static open({ NOTIFY_SOCKET }: ServiceEnvironment): NotifySocket | undefined {
    if (!NOTIFY_SOCKET || !/^[/@]./.test(NOTIFY_SOCKET)) return undefined;
    try {
      // without a path, the kernel gives it an abstract address of its own
      const socket = Deno.listenDatagram({ transport: "unixpacket", path: "" });
      // in the variable, an abstract address begins with @
      return new NotifySocket(socket, NOTIFY_SOCKET.replace(/^@/, "\0"));
    } catch {
      return undefined;
    }
  }

  /** Never rejects: what systemd does not hear, it does without. */
  async tell(state: ServiceState): Promise<void> {
    if (this.#isClosed) return;
    const lines = Object.entries(state).map(([name, value]) =>
      `${name}=${oneLine(value)}`
    );
    try {
      await this.#socket.send(encoder.encode(lines.join("\n")), this.#target);
    } catch {
      // its own end: the service goes on
    }
  }

  /** Nothing is told any more. Safe to repeat. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

function oneLine(value: string): string {
  return value.replace(/\p{Cc}+/gu, " ").slice(0, MAX_STATUS_CHARACTERS);
}

/** How often systemd has to be fed, in milliseconds; undefined: it does not watch this process. */
export function watchdogMs(
  { WATCHDOG_USEC, WATCHDOG_PID }: ServiceEnvironment,
  pid: number,
): number | undefined {
  const microseconds = Number(WATCHDOG_USEC);
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) {
    return undefined;
  }
  if (WATCHDOG_PID && Number(WATCHDOG_PID) !== pid) return undefined;
  return microseconds / 1000;
}
