/**
 * `POST {admin_path}/backup`: the relay as it is now, as one file, of which
 * nothing stays here; `GET {admin_path}/backup/NAME`: a backup that there is.
 * There are keys and password hashes in it: only who may do everything has it,
 * one at a time, and that they had it is written down.
 *
 * @module
 */
import type { Credential } from "../../admin/access/admin_access.ts";
import type { BackupShape } from "../../admin/backup_control.ts";
import type { AdminContext } from "../../admin/context.ts";
import { actorOf } from "../../admin/record.ts";
import { Refusal } from "../../base/refusal.ts";
import { BrokenOff, type HttpExchange } from "../../http/peer.ts";
import { dispatch, requireScope } from "./dispatch.ts";
import { readObject, wrongMethod } from "./envelope.ts";

const PATH = "/backup";
/** A backup has as many octets as there is mail. */
const MAKING_MS = 6 * 3_600_000;
const SENDING_MS = 24 * 3_600_000;
const MAX_BODY_OCTETS = 1024;

export interface DownloadRequest {
  /** Of the path, below that of the API. */
  readonly below: string;
  readonly request: Request;
  readonly exchange: HttpExchange;
  readonly credential: Credential;
}

interface Taken {
  readonly name: string;
  /** Nothing of it stays. */
  readonly passing: boolean;
}

export class BackupDownloads {
  #isBusy = false;

  /** Whether a path below that of the API is about this. */
  static isAt(below: string): boolean {
    return below === PATH || below.startsWith(`${PATH}/`);
  }

  /** @throws {ApiFault | Refusal} 403, 404, 405, 409 */
  async answer(
    context: AdminContext,
    asked: DownloadRequest,
  ): Promise<Response> {
    const { below, request: { method }, exchange, credential } = asked;
    const wanted = below === PATH ? "POST" : "GET";
    if (method !== wanted) throw wrongMethod(wanted);
    requireScope(credential, "full");
    if (this.#isBusy) {
      throw new Refusal("task_running", {
        explanation: "A backup is being downloaded",
      });
    }
    this.#isBusy = true;
    try {
      exchange.limit({ answerMs: MAKING_MS, sendMs: SENDING_MS });
      const taken = below === PATH
        ? await make(context, asked)
        : { name: nameIn(below), passing: false };
      return await this.#send(context, asked, taken);
    } catch (error) {
      this.#isBusy = false;
      throw error;
    }
  }

  async #send(
    context: AdminContext,
    { request, exchange, credential }: DownloadRequest,
    { name, passing }: Taken,
  ): Promise<Response> {
    const { backups, audit } = context;
    const leave = async () => {
      if (passing) await backups.remove(name).catch(onlyRefused);
    };
    let packed: ReadableStream<Uint8Array> | undefined;
    try {
      packed = await backups.pack(name);
      await audit.add({
        actor: actorOf(credential),
        ip: exchange.address,
        resource: "backup",
        method: request.method,
        summary: `${name} downloaded`,
        status: "ok",
      });
    } catch (error) {
      await packed?.cancel();
      await leave();
      throw error;
    }
    const over = () => leave().finally(() => this.#isBusy = false);
    return new Response(ending(packed, exchange.ending, over), {
      headers: {
        "content-type": "application/gzip",
        "content-disposition": `attachment; filename="${
          fileName(context.domains.primary, name)
        }"`,
      },
    });
  }
}

/** @throws {ApiFault | Refusal} */
async function make(
  context: AdminContext,
  { request, exchange, credential }: DownloadRequest,
): Promise<Taken> {
  const body = request.body === null
    ? {}
    : await readObject(request, MAX_BODY_OCTETS);
  // from elsewhere it could neither be sent nor removed
  if (Object.hasOwn(body, "directory")) {
    throw new Refusal("invalid_value", {
      field: "directory",
      explanation: "A download has no directory",
    });
  }
  const made = await dispatch(
    context,
    {
      method: "backup.create",
      resource: undefined,
      authorization: undefined,
      body,
      octets: 0,
    },
    credential,
    exchange.address,
  );
  return { name: (made.body as BackupShape).name, passing: true };
}

/** What it is no backup is said by who has them. */
function nameIn(below: string): string {
  return below.slice(PATH.length + 1).slice(0, 100);
}

function fileName(domain: string, name: string): string {
  return `backup-${domain}-${name}.tar.gz`.replace(/[^A-Za-z0-9.-]/g, "_");
}

/** It may be gone by another hand. */
function onlyRefused(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

/** The same octets; `over` is called once, whoever ends it. */
function ending(
  octets: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  over: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = octets.getReader();
  let ended: Promise<void> | undefined;
  const end = (reason?: unknown) =>
    ended ??= reader.cancel(reason).catch(() => {}).then(over);
  // what fails then is told to who reads on, if anybody does
  const left = () => void end(signal.reason).catch(() => {});
  if (signal.aborted) left();
  else signal.addEventListener("abort", left, { once: true });
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        // half a backup must not pass for one when the server stops
        if (signal.aborted) throw new BrokenOff("Nobody waits for the rest");
        if (!done) return controller.enqueue(value);
        signal.removeEventListener("abort", left);
        await end();
        controller.close();
      } catch (error) {
        await end(error);
        throw error;
      }
    },
    cancel: end,
  }, { highWaterMark: 0 });
}
