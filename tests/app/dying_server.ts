/**
 * The program, and ways to make it fail from outside: SIGCONT throws on the
 * main thread, SIGURG leaves a rejection there, and the writer dies of words.
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";

const RealWorker = globalThis.Worker;
const dying = new URL("../store/dying_writer_worker.ts", import.meta.url).href;
globalThis.Worker = class extends RealWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(String(url).endsWith("/writer_worker.ts") ? dying : url, options);
  }
};

function failure(): Error {
  return new Error('Cannot read "my secret" of ann@relay.example');
}
Deno.addSignalListener("SIGCONT", () => {
  throw failure();
});
Deno.addSignalListener("SIGURG", () => void Promise.reject(failure()));

Deno.exit(await main(Deno.args));
