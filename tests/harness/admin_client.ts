/** Asks the admin API of a server, as a script or as the panel does. @module */
import type { Server } from "./server.ts";

export interface Envelope {
  readonly status: number;
  readonly resource?: string;
  // deno-lint-ignore no-explicit-any
  readonly body?: any;
  readonly error: string | null;
  readonly code?: string;
  readonly field?: string;
  readonly retry_after?: number;
  readonly request_id: string;
  readonly version?: string;
}

export interface PanelSession {
  readonly cookie: string;
  readonly csrf: string;
}

type Place = Pick<Server, "stateDir" | "endpoint">;

/** The token of the file, which may do everything. */
export async function adminToken({ stateDir }: Place): Promise<string> {
  return (await Deno.readTextFile(`${stateDir}/admin_token`)).trim();
}

/** On plain HTTP of this machine. */
export function adminUrl(server: Place, path = "/api/admin"): string {
  return `http://127.0.0.1:${server.endpoint("http").port}${path}`;
}

export async function post(
  url: string,
  envelope: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly response: Response; readonly answer: Envelope }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof envelope === "string" ? envelope : JSON.stringify(envelope),
  });
  return { response, answer: await response.json() };
}

/** One operation, with the token of the file. @throws {Error} unless it succeeds */
export async function adminCall(
  server: Place,
  method: string,
  body: Readonly<Record<string, unknown>> = {},
  path?: string,
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const token = await adminToken(server);
  const { answer } = await post(adminUrl(server, path), { method, body }, {
    authorization: `Bearer ${token}`,
  });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body;
}

/** As the panel begins: the cookie, and what its requests show. */
export async function adminLogin(
  server: Place,
  by?: { readonly token: string } | { readonly code: string },
  path?: string,
): Promise<PanelSession> {
  const response = await fetch(`${adminUrl(server, path)}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(by ?? { token: await adminToken(server) }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { cookie, csrf: JSON.parse(text).csrf };
}
