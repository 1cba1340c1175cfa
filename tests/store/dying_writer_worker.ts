/**
 * The writer's thread, and a way to kill it: a setting whose name says when it
 * dies. The error tells what a person wrote, as errors of other people's code do.
 *
 * @module
 */
import "../../src/store/sqlite/writer/writer_worker.ts";

interface Scope {
  onmessage: (event: MessageEvent) => void;
}

const scope = globalThis as unknown as Scope;
const answer = scope.onmessage;

scope.onmessage = (event) => {
  const text = JSON.stringify(event.data);
  const error = new Error(`Cannot read "my secret" of ann@relay.example`);
  // what is recorded of an attempt names it, too
  if (text.includes("die_before") && !text.includes("admin_audit")) throw error;
  if (text.includes("die_after")) {
    const { postMessage } = globalThis as unknown as {
      postMessage: (message: unknown) => void;
    };
    Object.assign(globalThis, {
      postMessage() {
        Object.assign(globalThis, { postMessage });
        throw error;
      },
    });
  }
  if (text.includes("die_rejecting")) return void Promise.reject(error);
  answer(event);
};
