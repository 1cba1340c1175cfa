/**
 * Where somebody is in the panel: paths below its own, kept by the browser's
 * history.
 *
 * @module
 */
import { type ComponentChildren, createContext, h, type JSX } from "preact";
import { useContext } from "preact/hooks";
import { isDirty, mayLeave } from "./dirty.ts";
import { ISLAND } from "./island.ts";
import { createStore } from "./store.ts";

export interface Route {
  /** Begins with a slash; without what is behind `?`. */
  readonly path: string;
  /** Of the screen's path: `/accounts/:address` gives `address`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

interface Place {
  readonly path: string;
  readonly search: string;
}

function here(): Place {
  const { pathname, search } = location;
  const path = pathname.startsWith(ISLAND.base)
    ? pathname.slice(ISLAND.base.length)
    : pathname;
  return { path: `/${path.replace(/^\/+|\/+$/g, "")}`, search };
}

export const place = createStore<Place>(here());
let shown = location.href;
let shownState: unknown = history.state;

addEventListener("popstate", async () => {
  const wanted = location.href;
  const wantedState = history.state;
  if (wanted === shown) return;
  if (!isDirty()) return show();
  history.pushState(shownState, "", shown); // until it is known that he may
  if (!await mayLeave()) return;
  history.replaceState(wantedState, "", wanted);
  show();
});

function show(): void {
  shown = location.href;
  shownState = history.state;
  place.set(here());
}

/** Kept with each entry of the history: what one came from. */
interface Came {
  readonly from: Place;
}

/** A path of the panel, as it was looked at when one came from there. */
export function asLeft(path: string): string {
  const { from } = history.state as Came | null ?? {};
  return from?.path === path ? path + from.search : path;
}

/** @param to path in the panel, with what is behind `?` */
export async function navigate(to: string): Promise<void> {
  if (!await mayLeave()) return;
  history.pushState({ from: here() } satisfies Came, "", urlOf(to));
  show();
  scrollTo(0, 0);
}

/** Another `?` of the same screen: the way back does not stop there. */
export function setQuery(fields: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(fields).toString();
  const { path } = place.get();
  const to = urlOf(query ? `${path}?${query}` : path);
  history.replaceState(history.state, "", to);
  show();
}

/** The same with some of it changed; undefined takes one out. */
export function changeQuery(
  changes: Readonly<Record<string, string | undefined>>,
): void {
  const before = new URLSearchParams(place.get().search);
  const after = Object.entries({ ...Object.fromEntries(before), ...changes })
    .filter((one): one is [string, string] => one[1] !== undefined);
  setQuery(Object.fromEntries(after));
}

function urlOf(to: string): string {
  return ISLAND.base + (to.startsWith("/") ? to : `/${to}`);
}

const RouteContext = createContext<Route>({
  path: "/",
  params: {},
  query: new URLSearchParams(),
});
export const RouteProvider = RouteContext.Provider;

export function useRoute(): Route {
  return useContext(RouteContext);
}

/** Parameters, if the path is of this pattern. */
export function matchPath(
  pattern: string,
  path: string,
): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const found = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        params[part.slice(1)] = decodeURIComponent(found);
      } catch {
        return undefined;
      }
    } else if (part !== found) return undefined;
  }
  return params;
}

export interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
}

export function Link(
  { to, children, current, label, class: style = "" }: LinkProps,
): JSX.Element {
  return h("a", {
    class: style || undefined,
    href: urlOf(to),
    "aria-current": current ? "page" as const : undefined,
    "aria-label": label,
    onClick(event: MouseEvent) {
      const isOurs = event.button === 0 && !event.metaKey && !event.ctrlKey &&
        !event.shiftKey && !event.altKey;
      if (!isOurs) return;
      event.preventDefault();
      void navigate(to);
    },
  }, children) as JSX.Element;
}
