/** Limits of a route, as middleware beside its handler. @module */
import type { MiddlewareHandler } from "hono";
import type { HttpExchange, RouteLimits } from "./peer.ts";

/** `app.post("/new", limited(SIGN_UP), handler)` */
export function limited(
  limits: Partial<RouteLimits>,
): MiddlewareHandler<{ Bindings: HttpExchange }> {
  return async (context, next) => {
    context.env.limit(limits);
    await next();
  };
}
