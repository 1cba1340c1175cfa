/**
 * Lets the browser client start without a network: its page as it was seen
 * last, and all that it loads. Mail is never kept here.
 *
 * @module
 */
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  readonly clients: Pages;
  skipWaiting(): Promise<void>;
}

const CACHE = "postern-app-1";
const PAGE = "/app";
const FILES = "/app/assets/";
const ANSWER_MS = 500;
const worker = globalThis as unknown as Worker;

addEventListener("install", (event) => {
  const install = async () => {
    await keep(await fetch(PAGE, { cache: "no-cache" }));
    await worker.skipWaiting();
  };
  (event as LifeEvent).waitUntil(install());
});

addEventListener("activate", (event) => {
  (event as LifeEvent).waitUntil(worker.clients.claim());
});

addEventListener("fetch", (event) => {
  const { request } = event as FetchEvent;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE) newest(event as FetchEvent);
  else if (pathname.startsWith(FILES)) {
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
  claim(): Promise<void>;
  matchAll(options: { readonly type: "window" }): Promise<readonly Page[]>;
  openWindow(url: string): Promise<unknown>;
}

/** Somebody pressed what the desktop said: to that chat. */
addEventListener("notificationclick", (event) => {
  const { notification, waitUntil } = event as NotificationEvent;
  notification.close();
  const { clients } = worker;
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

/**
 * The page, once all is there that it names: what is kept always fits together.
 * Files of an older one go.
 */
async function keep(page: Response): Promise<void> {
  if (!page.ok) throw new Error(`The page is not there: ${page.status}`);
  const cache = await caches.open(CACHE);
  const named = filesIn(await page.clone().text());
  const known = (await cache.keys()).map(({ url }) => url)
    .filter((url) => new URL(url).pathname.startsWith(FILES));
  await cache.addAll([...named].filter((url) => !known.includes(url)));
  await cache.put(PAGE, page);
  const old = known.filter((url) => !named.has(url));
  await Promise.all(old.map((url) => cache.delete(url)));
}

/** Addresses of what a page names in attributes. */
function filesIn(html: string): Set<string> {
  const named = html.matchAll(/="(\/app\/assets\/[^"]+)"/g);
  return new Set(
    [...named].map(([, path]) => new URL(path!, location.origin).href),
  );
}

/** From the relay, else as it was. */
function newest(event: FetchEvent): void {
  const asked = fetch(event.request);
  const copied = asked.then((page) => page.clone());
  // the next time without a network
  event.waitUntil(copied.then(keep).catch(() => {}));
  event.respondWith(asked.catch(async (error) => {
    const found = await (await caches.open(CACHE)).match(PAGE);
    if (found) return found;
    throw error;
  }));
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
