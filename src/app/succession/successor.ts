/**
 * The predecessor's part: it starts the program anew, as it was started itself,
 * and gives it the ports. From then on it has to end.
 *
 * @module
 */
import { join } from "node:path";
import { UnixListener } from "../../net/unix_sockets.ts";
import { Refusal } from "../../base/refusal.ts";
import { SUCCESSION_VARIABLE } from "./variable.ts";
import { Correspondence, type Letter } from "./letters.ts";

const SOCKET_NAME = "successor.sock";
/** From its start to open ports; it does nothing meanwhile that could take long. */
const PATIENCE_MS = 60_000;

export type Estate = Omit<Extract<Letter, { step: "bind" }>, "step">;

/**
 * Gives the id of the process that has the ports now.
 *
 * @param directory Where a socket for the two may be.
 * @throws {Refusal} `unavailable` and why there is none; then nothing has changed
 */
export async function startSuccessor(
  directory: string,
  estate: () => Estate,
): Promise<number> {
  if (Deno.pid === 1) {
    throw refusal(
      "this is the first process of a container, which ends with it: restart the container",
    );
  }
  const path = join(directory, SOCKET_NAME);
  await Deno.remove(path).catch(() => {}); // of an attempt that was killed
  let listener: UnixListener;
  try {
    listener = new UnixListener(path);
  } catch (error) {
    throw refusal(`no socket can be made at ${path}: ${messageOf(error)}`);
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let child: Deno.ChildProcess | undefined;
  try {
    await Deno.chmod(path, 0o600);
    child = spawn(path);
    const ended = child.status.then(({ code }) => {
      throw refusal(
        `the new process ended with ${code} before it had the ports; its log says why`,
      );
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(refusal("the new process did not come up in time")),
        PATIENCE_MS,
      );
    });
    ended.catch(() => {}); // whoever waits is told
    await Promise.race([introduce(listener, estate), ended, late]);
    child.unref();
    return child.pid;
  } catch (error) {
    kill(child);
    if (error instanceof Refusal) throw error;
    throw refusal(messageOf(error));
  } finally {
    clearTimeout(timer);
    listener.close();
    await Deno.remove(path).catch(() => {});
  }
}

async function introduce(
  listener: UnixListener,
  estate: () => Estate,
): Promise<void> {
  const connection = await listener.accept();
  if (!connection) return; // given up
  const correspondence = new Correspondence(connection);
  try {
    await correspondence.receive("prepared");
    await correspondence.send({ step: "bind", ...estate() });
    await correspondence.receive("bound");
  } finally {
    correspondence.close();
  }
}

/** By the name under which it was called: there may be a newer program by now. */
function spawn(path: string): Deno.ChildProcess {
  const [program = Deno.execPath(), ...args] = Deno.readTextFileSync(
    "/proc/self/cmdline",
  ).split("\0").slice(0, -1);
  const environment = Deno.env.toObject();
  delete environment.WATCHDOG_PID; // is this process's
  return new Deno.Command(program, {
    args,
    clearEnv: true,
    env: { ...environment, [SUCCESSION_VARIABLE]: path },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

function kill(child: Deno.ChildProcess | undefined): void {
  try {
    child?.kill("SIGKILL");
  } catch {
    // it has ended
  }
}

function refusal(why: string): Refusal {
  return new Refusal("unavailable", { explanation: `Not restarted: ${why}` });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
