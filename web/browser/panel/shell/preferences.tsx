/** Language, theme, and the way out. @module */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { logout, session } from "../client/session.ts";
import { useStore } from "../client/store.ts";
import { chooseLanguage, language } from "../i18n/language.ts";
import { type Language, LANGUAGES, t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Icon } from "../ui/icon.tsx";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { Servers } from "./servers.tsx";
import { chooseTheme, type Theme, theme, THEMES } from "./theme.ts";

export function Preferences(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [areServers, setServers] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!isOpen) return;
    const onAway = ({ target }: Event) => {
      if (!frame.current?.contains(target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      frame.current?.querySelector("button")?.focus();
    };
    addEventListener("pointerdown", onAway);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("pointerdown", onAway);
      removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  return (
    <div class="preferences" ref={frame}>
      <button
        type="button"
        class="button plain small"
        aria-expanded={isOpen ? "true" : "false"}
        aria-label={t("preferences.open")}
        title={t("preferences.open")}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="settings" />
      </button>
      {isOpen && (
        <Choices
          onServers={() => {
            setOpen(false);
            setServers(true);
          }}
        />
      )}
      {areServers && <Servers onClose={() => setServers(false)} />}
    </div>
  );
}

function Choices({ onServers }: { readonly onServers: () => void }) {
  const known = useStore(session);
  return (
    <div class="popover">
      <SelectField
        label={t("preferences.language")}
        value={useStore(language)}
        options={Object.entries(LANGUAGES)}
        onChange={async (name) => {
          try {
            await chooseLanguage(name as Language);
          } catch (error) {
            toast(errorText(error), "bad");
          }
        }}
      />
      <SelectField
        label={t("preferences.theme")}
        value={useStore(theme)}
        options={THEMES.map((name) => [name, t(`theme.${name}`)])}
        onChange={(name) => chooseTheme(name as Theme)}
      />
      <Button onClick={onServers}>{t("servers.title")}</Button>
      {known.state === "in" && (
        <Button onClick={() => logout()}>{t("preferences.logout")}</Button>
      )}
    </div>
  );
}
