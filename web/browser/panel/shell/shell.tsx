/** Everything around a screen: navigation, where one is, how the relay is. @module */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  asLeft,
  Link,
  matchPath,
  place,
  RouteProvider,
} from "../client/router.ts";
import { useStore } from "../client/store.ts";
import { t } from "../i18n/translate.ts";
import { GROUPS, type Screen } from "../screen.ts";
import { SCREENS } from "../screens.ts";
import { Questions } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/state.tsx";
import { ExpiredDialog, LeavingDialog } from "./dialogs.tsx";
import { KeyboardHelp, useKeyboard } from "./keyboard.tsx";
import { Palette } from "./palette.tsx";
import { Preferences } from "./preferences.tsx";
import { StatusPill } from "./status_pill.tsx";

interface Found {
  readonly screen: Screen;
  readonly params: Record<string, string>;
}

/** The one whose path this is, and what is in it. */
function screenAt(path: string): Found | undefined {
  for (const screen of SCREENS) {
    const params = matchPath(screen.path, path);
    if (params) return { screen, params };
  }
  return undefined;
}

export function Shell(): JSX.Element {
  const { path, search } = useStore(place);
  const [open, setOpen] = useState<"palette" | "help" | "menu">();
  const main = useRef<HTMLElement>(null);
  useKeyboard({
    palette: () => setOpen("palette"),
    help: () => setOpen("help"),
    search: () => focusSearch(main.current),
  });
  const found = screenAt(path);
  const isFirst = useRef(true);
  // before what is shown can be used: it may close what was opened since
  useLayoutEffect(() => {
    setOpen(undefined);
    // who listens is told where he is now, but who goes along tabs stays there
    const isAtTab = document.activeElement?.getAttribute("role") === "tab";
    if (!isFirst.current && !isAtTab) {
      main.current?.querySelector("h1")?.focus();
    }
    isFirst.current = false;
  }, [path]);
  return (
    <div class={open === "menu" ? "shell menu-open" : "shell"}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("shell.skip")}
      </a>
      <Navigation
        current={found?.screen}
        isOpen={open === "menu"}
        onMenu={() => setOpen(open === "menu" ? undefined : "menu")}
      />
      <div class="shell-body">
        <header class="bar">
          <Breadcrumbs found={found} />
          <div class="bar-tools">
            <StatusPill />
            <Button
              small
              label={t("palette.open")}
              onClick={() => setOpen("palette")}
            >
              <Icon name="search" />
            </Button>
            <Preferences />
          </div>
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <RouteProvider
            value={{
              path,
              params: found?.params ?? {},
              query: new URLSearchParams(search),
            }}
          >
            {found
              // parts of one screen have its title
              ? <found.screen.component key={found.screen.title} />
              : <NoSuchScreen />}
          </RouteProvider>
        </main>
      </div>
      {open === "palette" && <Palette onClose={() => setOpen(undefined)} />}
      {open === "help" && <KeyboardHelp onClose={() => setOpen(undefined)} />}
      <Questions />
      <LeavingDialog />
      <ExpiredDialog />
    </div>
  );
}

function NoSuchScreen() {
  return (
    <Page title={t("shell.no_screen")}>
      <Empty title={t("shell.no_screen_text")}>
        <Link to="/">{t("screen.overview")}</Link>
      </Empty>
    </Page>
  );
}

/** Of those in the navigation: the bottom bar of a phone has room for these. */
const IN_BOTTOM_BAR = ["/", "/accounts", "/queue", "/services"];

function Navigation(
  { current, isOpen, onMenu }: {
    readonly current: Screen | undefined;
    readonly isOpen: boolean;
    readonly onMenu: () => void;
  },
) {
  return (
    <nav class="nav" aria-label={t("shell.navigation")}>
      <div class="nav-groups" id="navigation">
        <p class="nav-name">Postern</p>
        {GROUPS.map((group) => {
          const screens = SCREENS.filter((screen) =>
            screen.group === group && screen.icon !== undefined
          );
          if (screens.length === 0) return null;
          return (
            <div class="nav-group" key={group}>
              <p class="nav-title" id={`group-${group}`}>
                {t(`group.${group}`)}
              </p>
              <ul aria-labelledby={`group-${group}`}>
                {screens.map((screen) => (
                  <li key={screen.path}>
                    <NavigationLink screen={screen} current={current} />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
      <ul class="nav-bottom">
        {IN_BOTTOM_BAR.map((path) => {
          const screen = SCREENS.find((known) => known.path === path);
          return screen && (
            <li key={path}>
              <NavigationLink screen={screen} current={current} />
            </li>
          );
        })}
        <li>
          <button
            type="button"
            class="nav-more"
            aria-expanded={isOpen ? "true" : "false"}
            aria-controls="navigation"
            onClick={onMenu}
          >
            <Icon name="more" />
            <span>{t("shell.more")}</span>
          </button>
        </li>
      </ul>
    </nav>
  );
}

function NavigationLink(
  { screen, current }: {
    readonly screen: Screen;
    readonly current: Screen | undefined;
  },
) {
  const isCurrent = current === screen ||
    (screen.path !== "/" && (current?.path.startsWith(`${screen.path}/`) ??
      false));
  return (
    <Link to={screen.path} current={isCurrent}>
      <Icon name={screen.icon ?? "more"} />
      <span>{t(screen.title)}</span>
    </Link>
  );
}

function Breadcrumbs(
  { found }: { readonly found: Found | undefined },
) {
  const above = found &&
    SCREENS.find(({ path }) =>
      path !== "/" && found.screen.path.startsWith(`${path}/`)
    );
  return (
    <nav class="crumbs" aria-label={t("shell.crumbs")}>
      <ol>
        <li>
          {found?.screen.path === "/"
            ? <span aria-current="page">{t("screen.overview")}</span>
            : <Link to="/">{t("screen.overview")}</Link>}
        </li>
        {above && (
          <li>
            <Link to={asLeft(above.path)}>{t(above.title)}</Link>
          </li>
        )}
        {found && found.screen.path !== "/" && (
          <li>
            <span aria-current="page">
              <Here found={found} />
            </span>
          </li>
        )}
      </ol>
    </nav>
  );
}

/** The part of a screen by its title, where it has one: else what the address says. */
function Here({ found: { screen, params } }: { readonly found: Found }) {
  const [part] = Object.values(params);
  if (part === undefined) return <>{t(screen.title)}</>;
  const title = screen.part?.(part);
  return title === undefined ? <bdi dir="ltr">{part}</bdi> : <>{t(title)}</>;
}

function focusSearch(main: HTMLElement | null): void {
  main?.querySelector<HTMLElement>("input[type=search]")?.focus();
}
