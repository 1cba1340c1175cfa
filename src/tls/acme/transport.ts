/** Requests to an authority over HTTPS, bounded in octets and time. @module */
import { fetchReason } from "../../http/client/fetch_reason.ts";
import { AcmeTrouble } from "./trouble.ts";

export interface AcmeRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** JSON of a JWS. */
  readonly body?: string;
}

export interface AcmeResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface AcmeTransport {
  /** @throws {AcmeTrouble} `unreachable` */
  request(request: AcmeRequest, signal: AbortSignal): Promise<AcmeResponse>;
  close(): void;
}

const MAX_BODY_OCTETS = 1024 * 1024;
const PATIENCE_MS = 30_000;

export class HttpsTransport implements AcmeTransport {
  readonly #client: Deno.HttpClient;

  /** @param rootPem trusted beside the authorities that every program trusts */
  constructor(readonly userAgent: string, rootPem: string | undefined) {
    const roots = rootPem === undefined ? {} : { caCerts: [rootPem] };
    this.#client = Deno.createHttpClient({ ...roots, http2: false });
  }

  async request(
    { method, url, body }: AcmeRequest,
    signal: AbortSignal,
  ): Promise<AcmeResponse> {
    const host = hostOf(url);
    const late = AbortSignal.timeout(PATIENCE_MS);
    try {
      const response = await fetch(url, {
        client: this.#client,
        method,
        redirect: "manual",
        signal: AbortSignal.any([signal, late]),
        headers: {
          "user-agent": this.userAgent,
          ...(body === undefined
            ? {}
            : { "content-type": "application/jose+json" }),
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await readBounded(response, host);
      return { status: response.status, headers: response.headers, body: text };
    } catch (error) {
      if (error instanceof AcmeTrouble) throw error;
      const why = fetchReason(late.aborted ? late.reason : error);
      throw new AcmeTrouble("unreachable", `${host} cannot be reached: ${why}`);
    }
  }

  close(): void {
    this.#client.close();
  }
}

/** Only over HTTPS: an authority that names another scheme is not asked (RFC 8555 §6.1). */
function hostOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === "https:") return parsed.host;
  throw new AcmeTrouble("protocol", "The authority names no https address");
}

async function readBounded(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let octets = 0;
  for await (const piece of response.body ?? []) {
    octets += piece.length;
    if (octets > MAX_BODY_OCTETS) {
      throw new AcmeTrouble("protocol", `${host} answers with too much`);
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
