/**
 * Request bodies, never larger than their route allows.
 *
 * @module
 */
import { GatheredOctets } from "../base/gathered_octets.ts";
import { Refusal } from "../base/refusal.ts";

/**
 * The whole body.
 *
 * @throws {Refusal} `message_too_large`, before reading if the length is declared
 */
export async function readBody(
  request: Request,
  maxOctets: number,
): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxOctets) throw new Refusal("message_too_large");
  const gathered = new GatheredOctets();
  for await (const part of request.body ?? []) {
    if (gathered.size + part.length > maxOctets) {
      throw new Refusal("message_too_large");
    }
    gathered.add(part);
  }
  return gathered.octets;
}

/** As readBody(), as UTF-8. @throws {SyntaxError} if it is not UTF-8 */
export async function readText(
  request: Request,
  maxOctets: number,
): Promise<string> {
  const octets = await readBody(request, maxOctets);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch (error) {
    throw new SyntaxError("Cannot read the body: it is not UTF-8", {
      cause: error,
    });
  }
}
