/** Looks into a store that nobody has open. @module */
import { UNANSWERED, WorkerLink } from "../../../observe/worker_link.ts";
import type { StoreInspection } from "../../snapshot.ts";
import type { InspectRequest } from "./inspect_worker.ts";

/** Writes nothing there. What cannot be read is a problem, never an error. */
export async function inspectSqlite(
  request: InspectRequest,
): Promise<StoreInspection> {
  let death: unknown;
  const link = new WorkerLink<InspectRequest, StoreInspection>(
    { url: new URL("./inspect_worker.ts", import.meta.url), name: "inspect" },
    (error) => death = error,
  );
  const reply = await link.ask(request);
  if (reply === UNANSWERED) throw death;
  link.terminate();
  return reply;
}
