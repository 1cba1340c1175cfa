/** Keys that work everywhere but in what is being typed. @module */
import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { navigate } from "../client/router.ts";
import { t } from "../i18n/translate.ts";
import { SCREENS } from "../screens.ts";
import { Dialog } from "../ui/dialog.tsx";

interface Actions {
  palette(): void;
  help(): void;
  search(): void;
}

/** A letter after `g` counts for so long. */
const SECOND_KEY_MS = 1500;

export function useKeyboard(actions: Actions): void {
  useLayoutEffect(() => {
    let goingUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if ((ctrlKey || metaKey) && key.toLowerCase() === "k") {
        event.preventDefault();
        if (!document.querySelector("dialog[open]")) actions.palette();
        return;
      }
      if (ctrlKey || metaKey || altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      // when it was pressed, not when there was time to look at it
      const { timeStamp } = event;
      if (timeStamp < goingUntil) {
        goingUntil = 0;
        const screen = SCREENS.find((known) => known.key === key);
        if (screen) void navigate(screen.path);
        return;
      }
      if (key === "g") goingUntil = timeStamp + SECOND_KEY_MS;
      if (key === "?") actions.help();
      if (key === "/") {
        event.preventDefault();
        actions.search();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function KeyboardHelp(
  { onClose }: { readonly onClose: () => void },
): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ["Ctrl K", t("palette.open")],
    ["?", t("keyboard.title")],
    ["/", t("keyboard.search")],
    ["Esc", t("dialog.close")],
    ...SCREENS.filter(({ key }) => key !== undefined)
      .map(({ key, title }) => [`g ${key}`, t(title)] as const),
  ];
  return (
    <Dialog title={t("keyboard.title")} onClose={onClose}>
      <dl class="keys">
        {rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => <kbd key={key} dir="ltr">{key}
              </kbd>)}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
