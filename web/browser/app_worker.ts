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
const ANSWER_MS = 500;

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

interface NotificationEvent extends LifeEvent {
  readonly notification: {
    readonly data: { readonly chat?: string } | undefined;
    close(): void;
  };
}
interface Page {
  focus(): Promise<Page>;
  postMessage(data: unknown, ports: readonly MessagePort[]): void;
}
interface Pages {
  matchAll(options: { readonly type: "window" }): Promise<readonly Page[]>;
  openWindow(url: string): Promise<unknown>;
}

/** Somebody pressed what the desktop said: to that chat. */
addEventListener("notificationclick", (event) => {
  const { notification, waitUntil } = event as NotificationEvent;
  notification.close();
  const { clients } = globalThis as unknown as { readonly clients: Pages };
  const lead = async () => {
    const pages = await clients.matchAll({ type: "window" });
    const page = await speaking(pages, notification.data?.chat) ?? pages[0];
    return page ? await page.focus() : await clients.openWindow(PAGE);
  };
  waitUntil.call(event, lead());
});

/** Of several tabs one alone speaks for the account: it answers, and leads to the chat. */
function speaking(
  pages: readonly Page[],
  chat: string | undefined,
): Promise<Page | undefined> {
  return new Promise((resolve) => {
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(page);
      page.postMessage({ chat }, [port2]);
    }
    setTimeout(() => resolve(undefined), pages.length > 0 ? ANSWER_MS : 0);
  });
}

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
