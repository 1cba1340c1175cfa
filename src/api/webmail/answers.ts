/** Answers of mail over HTTP that are no mail. @module */
import { preflight, withCors } from "./cors.ts";
import type { WebmailFault } from "./faults.ts";

/** As every answer is: kept by nobody, read by pages that may. */
export function finished(
  response: Response,
  request: Request,
  corsOrigins: readonly string[],
): Response {
  withCors(response, request, corsOrigins);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** To who asks for the WebSocket, but for none. */
export function noSocket(
  request: Request,
  corsOrigins: readonly string[],
): Response {
  switch (request.method) {
    case "OPTIONS":
      return preflight(request, corsOrigins);
    case "GET":
    case "HEAD":
      return Response.json({ error: "WebSocket expected" }, {
        status: 426,
        headers: { upgrade: "websocket", connection: "Upgrade" },
      });
    default:
      return wrongMethod([{ method: "GET" }]);
  }
}

export function faultResponse(fault: WebmailFault): Response {
  const { status, text, code, retryAfterSeconds } = fault;
  return Response.json({ error: text, code }, {
    status,
    headers: retryAfterSeconds === undefined
      ? {}
      : { "retry-after": String(Math.ceil(retryAfterSeconds)) },
  });
}

export function notThere(): Response {
  return Response.json({ error: "not found" }, { status: 404 });
}

export function wrongMethod(
  routes: readonly { readonly method: string }[],
): Response {
  const methods = routes.map(({ method }) => method);
  const allowed = methods.includes("GET") ? ["HEAD", ...methods] : methods;
  return Response.json({ error: "method not allowed" }, {
    status: 405,
    headers: { allow: [...allowed, "OPTIONS"].join(", ") },
  });
}
