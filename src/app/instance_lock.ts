/**
 * One server per state directory. The kernel drops the lock with the process,
 * however that ends.
 *
 * @module
 */
import { join } from "node:path";

export class AlreadyRunning extends Error {
  override readonly name = "AlreadyRunning";
  /** @param pid undefined where the holder has not written it yet. */
  constructor(readonly pid: number | undefined) {
    super(`already running${pid === undefined ? "" : `, pid ${pid}`}`);
  }
}

export class InstanceLock {
  #file: Deno.FsFile | undefined;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** @throws {AlreadyRunning} while another process holds it */
  static async take(stateDir: string): Promise<InstanceLock> {
    await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
    const file = await Deno.open(join(stateDir, "lock"), {
      read: true,
      write: true,
      create: true,
      mode: 0o600,
    });
    if (!await file.tryLock(true)) {
      const pid = Number.parseInt(await new Response(file.readable).text());
      throw new AlreadyRunning(Number.isNaN(pid) ? undefined : pid);
    }
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return new InstanceLock(file);
  }

  /** Safe to repeat. */
  release(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
