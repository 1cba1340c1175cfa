/**
 * Pages of other sites that may call the API with a token (WHATWG Fetch, CORS).
 * A cookie is never theirs.
 *
 * @module
 */
const MAX_AGE_SECONDS = 600;

/** The Origin of a page that is listed. */
function listed(
  { headers }: Request,
  origins: readonly string[],
): string | undefined {
  const origin = headers.get("origin");
  return origin !== null && origins.includes(origin) ? origin : undefined;
}

export function preflight(
  request: Request,
  origins: readonly string[],
): Response {
  if (listed(request, origins) === undefined) {
    return Response.json({ error: "origin not allowed" }, { status: 403 });
  }
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-headers": "Authorization, Content-Type",
      "access-control-max-age": String(MAX_AGE_SECONDS),
    },
  });
}

/** Of every answer. */
export function corsFields(
  request: Request,
  origins: readonly string[],
): Record<string, string> {
  const origin = listed(request, origins);
  return origin === undefined
    ? { vary: "Origin", "cross-origin-resource-policy": "same-origin" }
    : {
      vary: "Origin",
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "Retry-After",
      "cross-origin-resource-policy": "cross-origin",
    };
}
