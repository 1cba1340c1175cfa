/**
 * `POST {admin_path}/NAME`: one operation, with its input as the body and what
 * came of it as the status of HTTP.
 *
 * @module
 */
import { operationNamed } from "../../admin/operation_table.ts";
import { type Envelope, readObject, wrongMethod } from "./envelope.ts";

const NAME = /^\/([a-z][a-z_]{0,40}(?:\.[a-z][a-z_]{0,40})?)$/;

/** The operation that a path below that of the API names; undefined: none could be. */
export function operationAt(below: string): string | undefined {
  return NAME.exec(below)?.[1];
}

/** @throws {ApiFault | Refusal} 400, 404, 405, 413 */
export async function readDirect(
  name: string,
  request: Request,
  maxOctets: number,
): Promise<Envelope> {
  operationNamed(name);
  if (request.method !== "POST") {
    throw wrongMethod("POST");
  }
  const isEmpty = request.body === null;
  const body = isEmpty ? {} : await readObject(request, maxOctets);
  const declared = Number(request.headers.get("content-length") ?? 0);
  return {
    method: name,
    resource: undefined,
    authorization: undefined,
    body,
    octets: declared,
  };
}
