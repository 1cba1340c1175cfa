/** Finds a screen by a few letters of its name, or of what is done there. @module */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { navigate } from "../client/router.ts";
import { servers } from "../client/servers.ts";
import { has, t } from "../i18n/translate.ts";
import { SCREENS } from "../screens.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";

interface Choice {
  /** Of the panel, or the address of another one. */
  readonly path: string;
  readonly icon: string;
  readonly text: string;
  /** Also found by these words. */
  readonly words: string;
}

const MAX_SHOWN = 12;

export function Palette(
  { onClose }: { readonly onClose: () => void },
): JSX.Element {
  const id = useId();
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const found = choices(text);
  const current = Math.min(index, found.length - 1);
  const go = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    if (choice.path.startsWith("/")) void navigate(choice.path);
    else location.assign(choice.path);
  };
  return (
    <Dialog title={t("palette.title")} onClose={onClose}>
      <input
        type="text"
        class="palette-input"
        role="combobox"
        aria-label={t("palette.title")}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0
          ? `${id}-${current}`
          : undefined}
        autocomplete="off"
        autoFocus
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined && found.length > 0) {
            event.preventDefault();
            setIndex((current + by + found.length) % found.length);
          }
          if (event.key === "Enter") {
            event.preventDefault();
            go(found[current]);
          }
        }}
      />
      <ul
        class="palette"
        role="listbox"
        id={`${id}-list`}
        aria-label={t("palette.title")}
      >
        {found.map((choice, position) => (
          <li
            key={choice.path}
            id={`${id}-${position}`}
            role="option"
            aria-selected={position === current ? "true" : "false"}
            onClick={() => go(choice)}
          >
            <Icon name={choice.icon} /> {choice.text}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="hint">{t("palette.nothing")}</p>}
    </Dialog>
  );
}

function choices(text: string): readonly Choice[] {
  const wanted = text.trim().toLocaleLowerCase();
  const screens = SCREENS.filter(({ icon }) => icon !== undefined)
    .map(({ path, icon, title }) => ({
      path,
      icon: icon!,
      text: t(title),
      words: `${t(title)} ${has(`${title}.words`) ? t(`${title}.words`) : ""}`
        .toLocaleLowerCase(),
    }));
  const others = servers.get().map(({ name, url }) => ({
    path: url,
    icon: "federation",
    text: name,
    words: `${name} ${url}`.toLocaleLowerCase(),
  }));
  return [...screens, ...wanted === "" ? [] : others]
    .filter(({ words }) =>
      wanted.split(/\s+/).every((part) => words.includes(part))
    )
    .slice(0, MAX_SHOWN);
}
