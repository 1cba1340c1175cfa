/** A refusal as a page of its own. @module */
import type { HttpRefusal } from "../refusals.ts";
import { shownRefusal } from "./refusal_text.ts";
import { page } from "./render.ts";
import type { Visit } from "./visit.ts";

export function refusalPage(visit: Visit, refusal: HttpRefusal): Response {
  const { words } = visit;
  const title = refusal.status === 429
    ? words.t("too_many_title")
    : words.t("error_title");
  const response = page(
    visit,
    "message",
    { Message: { Title: title, Text: `${shownRefusal(refusal, words)}.` } },
    { status: refusal.status },
  );
  if (refusal.retryAfterSeconds !== undefined) {
    response.headers.set("retry-after", String(refusal.retryAfterSeconds));
  }
  return response;
}
