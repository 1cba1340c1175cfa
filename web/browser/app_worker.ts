/**
 * Lets the browser client start without a network: its page and files as they
 * were seen last. Mail is never kept here.
 *
 * @module
 */
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

const CACHE = "postern-app-1";
const PAGE = "/app";

addEventListener("install", (event) => {
  (event as LifeEvent).waitUntil(
    caches.open(CACHE).then((cache) => cache.add(PAGE)),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event as FetchEvent;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE) (event as FetchEvent).respondWith(newest(request));
  else if (pathname.startsWith("/app/assets/")) {
    (event as FetchEvent).respondWith(kept(request));
  }
});

/** From the relay, else as it was. */
async function newest(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(PAGE, response.clone());
    return response;
  } catch (error) {
    const found = await cache.match(PAGE);
    if (found) return found;
    throw error;
  }
}

/** Names change with the content: what was seen once is right. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
